// The kernel of any chain: any f, and θ of its own for each layer. See kernel.cu.
//
// A state is y 2^s: f is linear to the last bit below 2^-LINEAR and above 2^LINEAR, where y keeps an exponent of its
// own.

// log|x 2^power|.
INLINE real log_size(const real x, const real power)
{
    real m, k;
    split(maximum(fabs(x), TINY), m, k);
    return x != ZERO ? logarithm(m, power + k) : -INFINITE;
}

// Keeps y 2^s with y in reach.
INLINE void rescale(real &y, real &s)
{
    const real length = fabs(y);
    if (s == ZERO && (length > SMALL || length == ZERO) && length < LARGE)
        return;
    if (length == ZERO || length == INFINITE) {
        s = ZERO;
        return;
    }
    real m, k;
    split(maximum(length, TINY), m, k);
    const real exponent = k + s;
    const bool far = fabs(exponent) > LINEAR;
    y = far ? copysign(m, y) : copysign(m, y) * two_to((int)exponent);
    s = far ? exponent : ZERO;
}

// z 2^s as one number, 0 or infinite where it is none.
INLINE real scaled(const real z, const real s)
{
    return ldexp(z, (int)maximum(minimum(s, (real)4000), (real)-4000));
}

// A layer of z 2^s: f is its slope at 0 times z for s < 0, and that at ±∞ for s > 0. The scale is kept, or ends.
INLINE void scaled_layer(const real z, real &s, real &value, real &factor, real &k)
{
    k = ZERO;
    if (s < ZERO && !ZERO_FIXED) {
        s = ZERO;
        layer(ZERO, true, value, factor, k);
        return;
    }
    real slope = s < ZERO ? SLOPE_AT_ZERO : z > ZERO ? SLOPE_ABOVE : SLOPE_BELOW;
    if (s < ZERO && KINK)
        layer(copysign(SMALL, z), true, value, slope, k), k = ZERO;
    if (slope == ZERO) { // it levels off there
        layer(copysign(s < ZERO ? SMALL : LARGE, z), true, value, factor, k);
        s = ZERO;
        return;
    }
    value = slope * z;
    factor = slope;
}

// What ⌊ahead/2⌋ turns of a cycle of two layers do, added to S and P; how many layers that is, 0 where there is no such
// cycle.
INLINE int cycle(const real weight, const real y, real &S, real &P, const int ahead)
{
    real first, second, a, b, k, more;
    layer(weight * y, true, first, a, k);
    layer(weight * first, true, second, b, more);
    if (second != y)
        return 0;
    const int turns = ahead / 2;
    const real factor = (weight * a) * (weight * b);
    S += (real)turns * logarithm(fabs(factor), k + more);
    if (factor == ZERO)
        P = ZERO;
    else if (factor < ZERO && turns % 2)
        P = -P;
    return 2 * turns;
}

// As `one_theta`, for f and θ of any sign, with `width` = 1 or `depth` numbers θ for each chain. A factor that is
// exactly 0 makes a gradient exactly 0, with logarithm -∞. Where an orbit repeats itself bit for bit the rest is not
// run through. `scratch` has, for each mark and thread, a stretch, and after all of these its sign.
extern "C" __global__ void layerwise(
    const real *__restrict__ theta, const int width, const unsigned rows, const real *__restrict__ x, const unsigned xs,
    const real *__restrict__ alpha, const unsigned alphas, const int depth, const int *__restrict__ marks,
    const int count, const int stride, const int far, real *__restrict__ scratch, real *__restrict__ gradients,
    signed char *__restrict__ signs, const real *__restrict__ fixed_points, real *__restrict__ outputs,
    real *__restrict__ distances)
{
    const unsigned columns = xs * alphas;
    const size_t points = (size_t)rows * columns, next = THREADS;
    real *stretches = scratch + THREAD, *turns = stretches + count * next;
    const bool same = width == 1;
    for (size_t point = THREAD; point < points; point += THREADS) {
        const unsigned row = (unsigned)point / columns;
        const Start start = start_of(x, xs, alpha, alphas, (unsigned)point - row * columns);
        const real *weights = theta + (size_t)row * width;
        real y = start.y, s = start.exponent, P = ONE, K = ZERO, S = ZERO, old = -INFINITE, head = ZERO, power = ZERO;
        real factor, k;
        int done = 0, place = 0;
        bool known = false;
        rescale(y, s);
        while (done < depth) {
            real weight = weights[same ? 0 : done];
            const bool marked = place < count && marks[place] == done + 1;
            if (marked) {
                if (!known)
                    head = y, power = s;
                if (place > 0) {
                    // The gradient of a layer has no factor θ_k; those of the earlier ones do.
                    stretches[(place - 1) * next] = log_size(P, K) + S + log_size(weight, ZERO);
                    turns[(place - 1) * next] = sign(P) * sign(weight);
                }
                P = ONE, K = ZERO, S = ZERO;
                gradients[place * points + point] = log_size(head, power);
                if (signs)
                    signs[place * points + point] = (signed char)sign(head);
                ++place;
            }
            // What is the head of the next layer may be too small for a number without its exponent.
            known = SPLIT_VALUE && place < count && marks[place] == done + 2;
            if (known)
                size(scaled(weight * y, s), head, power);
            if (s != ZERO) {
                scaled_layer(weight * y, s, y, factor, k);
                P *= marked ? factor : weight * factor;
                K += k;
                ++done;
            } else if (marked || done == 0 || far) {
                const real z = weight * y;
                layer(z, far || done == 0, y, factor, k);
                P *= marked ? factor : weight * factor;
                K += k;
                if (SPLIT_VALUE && ZERO_FIXED && fabs(y) < SMALL && z != ZERO)
                    size(z, y, s);
                ++done;
            } else {
                int stop = done - done % stride + stride;
                stop = stop < depth ? stop : depth;
                if (place < count && marks[place] - 1 < stop)
                    stop = marks[place] - 1;
                for (; done < stop; ++done) {
                    weight = weights[same ? 0 : done];
                    layer(weight * y, false, y, factor, k);
                    P *= weight * factor;
                    K += k;
                }
            }
            known = known && s == ZERO; // otherwise the state has that exponent itself
            if (done % stride == 0 || done == 1) {
                renormalise(P, K);
                rescale(y, s);
            }
            if (same && done % CHECKED == 0 && s == ZERO) {
                const int ahead = (place < count ? marks[place] - 1 : depth) - done;
                if (ahead >= 8 && y == old) {
                    renormalise(P, K);
                    done += cycle(weight, y, S, P, ahead);
                }
                old = y;
            }
        }
        renormalise(P, K);
        real total = ZERO, turned = ONE;
        if (count > 0) {
            stretches[(count - 1) * next] = log_size(P, K) + S;
            turns[(count - 1) * next] = sign(P);
        }
        for (int mark = count - 1; mark >= 0; --mark) {
            real &gradient = gradients[mark * points + point];
            total += stretches[mark * next];
            turned *= turns[mark * next];
            gradient = gradient + total + start.log_alpha;
            if (signs)
                signs[mark * points + point] *= (signed char)turned;
        }
        keep(scaled(y, s), start.alpha, row, point, fixed_points, outputs, distances);
    }
}
