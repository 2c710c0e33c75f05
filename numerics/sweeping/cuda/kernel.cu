// The kernels of the GPU: the chain on a grid of (θ, x, α), one thread a point.
//
// `numerics.sweeping.cuda.source` puts this text together for every activation and machine number. It writes, in the
// place marked below, the type `real`, the numbers in capital letters, the two polynomials and the step of a layer. It
// needs no header, and is compiled without contraction (--fmad=false): where a product and a sum are one rounding, it
// says fma.
//
// A chain is its state y, and the product of its factors so far as P · 2^K, all in registers: nothing underflows, and
// no layer takes a logarithm. Every few layers (the stride) P gives up its powers of two to K.
//
// Errors, with u the unit roundoff (2^-53, or 2^-24 for singles), to first order:
//   two_to, split            exact
//   reciprocal               1.3 u
//   exponential              p and e within 4 u of their size, x and 1 + p within 3 u; k exact
//   logarithm                4 u of |log m|, and 2 u of the result, which is not near 0 unless K = 0
// A factor f'(z_i) is within a few u of that of the computed z_i, and P has two roundings more a layer. The promise,
// 1e-12 (1 + depth/1000) in doubles, leaves about 9 u a layer; what a rounding of the state does to later ones shrinks
// with the orbit, which the tests measure against Arb.

// <generated>
// </generated>

#define INLINE __device__ __forceinline__

#ifndef ON_HOST
// About 1/x, by the one instruction for it.
INLINE real approximate_reciprocal(const real x)
{
    real r;
#ifdef DOUBLE
    asm("rcp.approx.ftz.f64 %0, %1;" : "=d"(r) : "d"(x));
#else
    asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(r) : "f"(x));
#endif
    return r;
}
#endif

// ---- Machine numbers as whole ones ----------------------------------------------------------------------------------

#ifdef DOUBLE

// k for t = MAGIC + k, |k| < 2^31: adding 1.5 · 2^52 leaves a whole number in the lowest bits.
INLINE int whole(const real t) { return __double2loint(t); }

INLINE real two_to(const int k) { return __hiloint2double((k + 1023) << 20, 0); }

// (m, k) with x = m · 2^k and m in [√½, √2] (to 2^-20), for normal x > 0.
INLINE void split(const real x, real &m, real &k)
{
    const int high = __double2hiint(x);
    const int exponent = (high - 0x3FE6A09E) >> 20;
    m = __hiloint2double(high - (exponent << 20), __double2loint(x));
    k = (real)exponent;
}

// 1/x, x > 0 and 1/x normal. The instruction reads and gives 20 bits of a mantissa: its relative error d is below 3 ·
// 2^-20. With c = 1 - x r exact to u |c|, r (1 + c + c²) is 1/x (1 - c³): below 2^-55 = u/4 is left, and the last fma
// rounds once; c + c² is rounded to u |c|, nothing beside it. Together 1.3 u.
INLINE real reciprocal(const real x)
{
    const real r = approximate_reciprocal(x);
    const real c = fma(-x, r, ONE);
    return fma(r, fma(c, c, c), r);
}

#else

INLINE int whole(const real t) { return __float_as_int(t) - __float_as_int(MAGIC); }

INLINE real two_to(const int k) { return __int_as_float((k + 127) << 23); }

INLINE void split(const real x, real &m, real &k)
{
    const int bits = __float_as_int(x);
    const int exponent = (bits - 0x3F3504F3) >> 23;
    m = __int_as_float(bits - (exponent << 23));
    k = (real)exponent;
}

// The instruction is within 2^-23; one Newton step squares that, and rounds once: 1.01 u.
INLINE real reciprocal(const real x)
{
    const real r = approximate_reciprocal(x);
    return fma(r, fma(-x, r, ONE), r);
}

#endif

#define INFINITE two_to(OVERFLOW)

// ---- What a step calls ----------------------------------------------------------------------------------------------

INLINE real select(const bool condition, const real x, const real y) { return condition ? x : y; }
INLINE real maximum(const real x, const real y) { return x > y ? x : y; }
INLINE real minimum(const real x, const real y) { return x < y ? x : y; }
INLINE real absolute(const real x) { return fabs(x); }
INLINE real sign(const real x) { return x > ZERO ? ONE : x < ZERO ? -ONE : ZERO; }
INLINE real root(const real x) { return sqrt(x); }

// a/b from 1/b, with b = b + low_b and a = a + low_a: what q leaves is computed exactly and divided again. 1 u.
INLINE real quotient(const real a, const real low_a, const real b, const real low_b)
{
    const real r = reciprocal(b), q = a * r;
    return fma(fma(-q, b, a) + fma(-q, low_b, low_a), r, q);
}

// k, p, e, x: x = exp(w) = (1 + p) 2^k and e = x - 1, for FAR <= w <= 0.
//
// k is the whole number nearest to w/log 2 (or next to it, where that is a tie within rounding). r is w - k log 2
// rounded once: k LN2_HIGH is exact inside the fma, the difference cancels, and k LN2_LOW is small. p = r + r² q(r),
// |r| <= 0.3466: q is within u/8 (tested), r² q is at most 0.2 |r| with two roundings, and the last fma rounds once. e
// is p where k = 0, and at least 0.29 in size elsewhere, with 2^k - 1 exact until it rounds to -1. x is 0 where it is
// no normal number.
INLINE void exponential(const real w, real &k, real &p, real &e, real &x)
{
    const real t = fma(w, LOG2_E, MAGIC);
    k = t - MAGIC;
    const real r = fma(k, -LN2_LOW, fma(k, -LN2_HIGH, w));
    p = fma(r * r, rest_of_exponential(r), r);
    const int n = whole(t);
    const real two = two_to(n > LOWEST ? n : LOWEST);
    e = fma(two, p, two - ONE);
    x = n < LOWEST ? ZERO : fma(two, p, two);
}

// The same for any w <= 0. Below FAR, where exp(w) is 0 to the machine, w/log 2 is taken as it is for k, with p = 0.
INLINE void far_exponential(const real w, real &k, real &p, real &e, real &x)
{
    exponential(maximum(w, FAR), k, p, e, x);
    if (w < FAR) {
        k = w * LOG2_E;
        p = ZERO;
    }
}

// artanh x, |x| < 1. With (1 + |x|)/(1 - |x|) = m 2^k it is (log m + k log 2)/2, and s = (m - 1)/(m + 1) as in
// `logarithm`; for k = 0 that is |x| itself. Else the roundings of 1 ± |x| are small beside log 2. 6 u.
INLINE real artanh(const real x)
{
    const real size = fabs(x), above = ONE + size, below = ONE - size;
    real m, k;
    split(quotient(above, ZERO, below, ZERO), m, k);
    const real two = two_to((int)k);
    const real s = k == ZERO ? size : quotient(fma(-two, below, above), ZERO, fma(two, below, above), ZERO);
    const real v = s * s;
    const real log = fma(k, LN2_HIGH, fma(k, LN2_LOW, fma(s * v, rest_of_logarithm(v), TWO * s)));
    return copysign(size < ONE ? log * (ONE / TWO) : INFINITE, x);
}

// That of the library divides.
#define atanh artanh

// <step>
// </step>

// log(x 2^k) for normal x >= 0: -∞ at 0. s = (m - 1)/(m + 1) and log m = 2s + s³ q(s²).
INLINE real logarithm(const real x, const real k)
{
    real m, more;
    split(maximum(x, TINY), m, more);
    const real s = quotient(m - ONE, ZERO, m + ONE, ZERO);
    const real v = s * s;
    const real total = k + more;
    const real log = fma(total, LN2_HIGH, fma(total, LN2_LOW, fma(s * v, rest_of_logarithm(v), TWO * s)));
    return x > ZERO ? log : -INFINITE;
}

// The powers of two of P go to K; a product that is 0 stays 0.
INLINE void renormalise(real &P, real &K)
{
    real m, k;
    split(maximum(fabs(P), TINY), m, k);
    P = P == ZERO ? ZERO : copysign(m, P);
    K += k;
}

// The step for z of either sign; `far` where |z| may be beyond the reach of `exponential`.
INLINE void layer(const real z, const bool far, real &value, real &mantissa, real &k)
{
    const real size = ODD ? fabs(z) : z;
    if (far)
        far_step(size, value, mantissa, k);
    else
        step(size, value, mantissa, k);
    if (ODD)
        value = copysign(value, z);
}

// ---- The grid -------------------------------------------------------------------------------------------------------

// Where a thread is, and which point it begins with.
#define THREAD (blockIdx.x * blockDim.x + threadIdx.x)
#define THREADS (gridDim.x * blockDim.x)

// The axes of x and α: mantissas, what they leave as machine numbers, and exponents of 2, one after the other; α also
// has its logarithms and itself.
struct Start {
    real y, exponent, log_alpha, alpha;
};

// x/α = y 2^exponent, y in (½, 2) or 0: no grid of them is ever in memory.
INLINE Start start_of(const real *x, const unsigned xs, const real *alpha, const unsigned alphas, const unsigned column)
{
    const unsigned i = column / alphas, j = column - i * alphas;
    Start start;
    start.y = quotient(x[i], x[xs + i], alpha[j], alpha[alphas + j]);
    start.exponent = x[2 * xs + i] - alpha[2 * alphas + j];
    start.log_alpha = alpha[3 * alphas + j];
    start.alpha = alpha[4 * alphas + j];
    return start;
}

// α f_l, and how far f_l is from the fixed point of θ: both where there is a place for them.
INLINE void keep(
    const real value, const real alpha, const unsigned row, const size_t point, const real *fixed_points, real *outputs,
    real *distances)
{
    if (outputs)
        outputs[point] = value * alpha;
    if (distances)
        distances[point] = fabs(fabs(value) - fixed_points[row]) * alpha;
}
