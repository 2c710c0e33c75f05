// The orbits of bounds on a GPU, one thread an orbit: as `native.orbits`, which has the same results, bit for bit.
// `numerics.sweeping.rigorous.cuda.translated` puts the numbers before this text, and
// the functions of `elementary` and `steps` in the place marked below. What is computed, and why it is a bound, is in
// `numerics.sweeping.rigorous`.
//
// Directed rounding is that of the instructions: add.rm, mul.rp, … Compiled without contraction (--fmad=false).

#define INLINE __device__ __forceinline__
#define INFINITE __longlong_as_double(0x7ff0000000000000LL)

INLINE double add_down(const double a, const double b) { return __dadd_rd(a, b); }
INLINE double add_up(const double a, const double b) { return __dadd_ru(a, b); }
INLINE double sub_down(const double a, const double b) { return __dadd_rd(a, -b); }
INLINE double sub_up(const double a, const double b) { return __dadd_ru(a, -b); }
INLINE double mul_down(const double a, const double b) { return __dmul_rd(a, b); }
INLINE double mul_up(const double a, const double b) { return __dmul_ru(a, b); }
INLINE double div_down(const double a, const double b) { return __ddiv_rd(a, b); }
INLINE double div_up(const double a, const double b) { return __ddiv_ru(a, b); }
INLINE double root_down(const double a) { return __dsqrt_rd(a); }
INLINE double root_up(const double a) { return __dsqrt_ru(a); }
INLINE double select(const bool condition, const double x, const double y) { return condition ? x : y; }
INLINE double maximum(const double x, const double y) { return x > y ? x : y; }
INLINE double minimum(const double x, const double y) { return x < y ? x : y; }

// 2^k for t = MAGIC + k, k >= -1022: adding 1.5 · 2^52 leaves a whole number in the lowest bits.
INLINE double power_of_two(const double t)
{
    return __longlong_as_double((long long)((unsigned long long)(__double_as_longlong(t) + 1023) << 52));
}

// (n, j) with x = n · 2^j and n in [√½, √2), for normal x > 0.
INLINE void split(const double x, double &n, double &j)
{
    const long long root = 0x3FE6A09E667F3BCDLL, offset = __double_as_longlong(x) - root;
    n = __longlong_as_double((offset & 0xFFFFFFFFFFFFFLL) + root);
    j = (double)(offset >> 52);
}

// <steps>

// The bound of log(N/D · 2^K): a product of numbers e(z) <= 1.
INLINE double part(const double N, const double D, const double K)
{
    return minimum(log_other(quotient_other(N, D), K), ZERO);
}

INLINE void renormalise(double &N, double &D, double &K)
{
    double n, more, d, less;
    split(N, n, more);
    split(D, d, less);
    N = n, D = d, K = followed(K + (more - less));
}

// `parts` has, for each mark, a place for each thread; `out` a row of `count` for each result.
extern "C" __global__ void orbits(
    const double *__restrict__ theta, const double *__restrict__ start, const long long count, const int depth,
    const int *__restrict__ marks, const int mark_count, double *__restrict__ parts, double *__restrict__ out)
{
    const long long threads = (long long)gridDim.x * blockDim.x;
    const long long thread = (long long)blockIdx.x * blockDim.x + threadIdx.x;
    double *own = parts + thread;
    for (long long at = thread; at < count; at += threads) {
        const double W = theta[at], floor = mul_up(W, SLOPE_UP) <= ONE ? ZERO : TINY;
        double y = start[at], N = ONE, D = ONE, K = ZERO, z, value, n, d, k;
        int done = 0, place = marks[0] == 1 ? 0 : -1, kind = -1;
        while (true) {
            const bool looked = done % 8 == 0 || W < EIGHTH;
            z = times(W, y);
            step(maximum(z, floor), value, n, d, k);
            if (looked)
                renormalise(N, D, K);
            if (done == depth - 1)
                kind = 0;
            else if (looked && z < TINY && floor == ZERO)
                kind = 1;
            else if (looked && z >= TINY && still(value, y))
                kind = 2;
            if (kind >= 0)
                break;
            const bool tiny = z < floor;
            y = tiny ? times(times(z, SLOPE_OWN), FADE_OWN) : value;
            N = times_n(N, tiny ? FADE_OTHER : n);
            D = times_d(D, tiny ? ONE : d);
            K += tiny ? ZERO : k;
            ++done;
            if (place + 1 < mark_count && marks[place + 1] == done + 1) {
                if (place >= 0) {
                    renormalise(N, D, K);
                    own[place * threads] = part(N, D, K);
                }
                N = ONE, D = ONE, K = ZERO;
                ++place;
            }
        }
        renormalise(N, D, K);
        const double rest = (double)(depth - done), begin = log_own(y, ZERO);
        double e, h, before, after;
        if (kind == 1 || z < TINY) {
            const double rate = sum_own(log_own(W, ZERO), LOG_SLOPE_OWN);
            before = sum_own(sum_own(begin, repeated_own(rest - ONE, rate)), -TINY_SLACK_OWN * (rest - ONE));
            after = sum_own(sum_own(begin, repeated_own(rest, rate)), -TINY_SLACK_OWN * rest);
            e = -TINY_SLACK_OTHER;
            h = sum_other(LOG_SLOPE_OTHER, -TINY_SLACK_OTHER);
        } else {
            double other, n_other, d_other, k_other;
            opposite(z, other, n_other, d_other, k_other);
            e = part(n, d, k);
            h = log_other(quotient_other(other, z), ZERO);
            before = begin;
            after = kind == 2 ? begin : log_own(value, ZERO);
        }
        out[at] = after;
        out[count + at] = before;
        out[2 * count + at] = h;
        double total = ZERO;
        for (int i = mark_count - 1; i >= 0; --i) {
            const int end = i == mark_count - 1 ? depth : marks[i + 1] - 1;
            double more;
            if (i < place)
                more = own[i * threads];
            else if (i == place)
                more = sum_other(part(N, D, K), repeated_other((double)(end - done), e));
            else
                more = repeated_other((double)(end - marks[i] + 1), e);
            total = sum_other(total, more);
            out[(3 + i) * count + at] = total;
        }
    }
}
