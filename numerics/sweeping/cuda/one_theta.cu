// The kernel of chains with the same θ in every layer, and an odd f. See kernel.cu.

// c_1 x + c_2 x² + … + c_TERMS x^TERMS.
INLINE real sum(const real *c, const real x)
{
    real total = c[TERMS - 1];
    for (int place = TERMS - 2; place >= 0; --place)
        total = fma(total, x, c[place]);
    return total * x;
}

// log(ψ(w)/w).
INLINE real log_of_ratio(const real *psi, const real w)
{
    real total = psi[TERMS - 1];
    for (int place = TERMS - 2; place >= 0; --place)
        total = fma(total, w, psi[place]);
    return logarithm(total, ZERO);
}

// exp(w), w <= 0.
INLINE real decay(const real w)
{
    real k, p, e, x;
    far_exponential(w, k, p, e, x);
    return x;
}

// log|∂g/∂θ_k| for the layers k in `marks`, as numerics/sweeping/native/one_theta.py has it, for |θ| > 0 or = 0:
//   log y_{k-1} + ∑_{i>=k} log f'(z_i) + (l - k) log|θ| + log α,
// the sum in stretches from one mark to the next, summed up from the last, so that nothing large is subtracted again.
// `scratch` has a stretch for each mark and thread. Near the fixed point of θ the rest is summed in closed form.
// `series` has ROW numbers for each θ (numerics.sweeping.closing): y*, its rounding, log f'(θ y*), its rounding, φ, ψ,
// B.
extern "C" __global__ void one_theta(
    const real *__restrict__ theta, const real *__restrict__ log_theta, const real *__restrict__ series,
    const real *__restrict__ radius, const unsigned rows, const real *__restrict__ x, const unsigned xs,
    const real *__restrict__ alpha, const unsigned alphas, const int depth, const int *__restrict__ marks,
    const int count, const int stride, real *__restrict__ scratch, real *__restrict__ gradients,
    signed char *__restrict__ signs, const real *__restrict__ fixed_points, real *__restrict__ outputs,
    real *__restrict__ distances)
{
    const unsigned columns = xs * alphas;
    const size_t points = (size_t)rows * columns;
    real *stretches = scratch + THREAD;
    const size_t next = THREADS;
    for (size_t point = THREAD; point < points; point += THREADS) {
        const unsigned row = (unsigned)point / columns;
        const Start start = start_of(x, xs, alpha, alphas, (unsigned)point - row * columns);
        const real weight = fabs(theta[row]), near = radius[row];
        const real *c = series + (size_t)row * ROW;
        real y = start.y == ZERO ? ZERO : fabs(start.y) * two_to((int)start.exponent);
        real P = ONE, K = ZERO, mantissa, k;
        int done = 0, place = 0;
        while (done < depth) {
            if (place < count && marks[place] == done + 1) {
                gradients[place * points + point] = logarithm(y, ZERO);
                if (place > 0)
                    stretches[(place - 1) * next] = logarithm(P, K);
                P = ONE, K = ZERO;
                ++place;
            }
            if (near > ZERO && fabs(y - c[0]) <= near)
                break;
            int stop = done + stride < depth ? done + stride : depth;
            if (place < count && marks[place] - 1 < stop)
                stop = marks[place] - 1;
            if (done == 0) {
                stop = 1;
                far_step(weight * y, y, mantissa, k);
                P *= mantissa;
                K += k;
            } else {
#pragma unroll 4
                for (int n = done; n < stop; ++n) {
                    step(weight * y, y, mantissa, k);
                    P *= mantissa;
                    K += k;
                }
            }
            done = stop;
            renormalise(P, K);
        }
        if (place > 0)
            stretches[(place - 1) * next] = logarithm(P, K);
        if (done < depth) {
            // About the fixed point y*, δ = y - y*, n layers further on: δ_n = ψ(λⁿ φ(δ)), and a stretch from layer m
            // to layer n has the sum (n - m) log f'(θ y*) + B(δ_m) - B(δ_n).
            const real *phi = c + 4, *psi = phi + TERMS, *B = psi + TERMS;
            const real log_factor = log_theta[row] + c[2];
            const real w = sum(phi, (y - c[0]) - c[1]);
            int before = 0;
            for (int target = place; target <= count; ++target) {
                const int ahead = (target == count ? depth : marks[target] - 1) - done;
                const real reached = sum(psi, decay((real)ahead * log_factor) * w);
                if (target > 0) {
                    const real left = sum(psi, decay((real)before * log_factor) * w);
                    const real layers = (real)(ahead - before);
                    real &stretch = stretches[(target - 1) * next];
                    const real grown = fma(layers, c[2], layers * c[3]) + (sum(B, left) - sum(B, reached));
                    stretch = target == place ? stretch + grown : grown;
                }
                if (target < count) {
                    const real shrunk = decay((real)ahead * log_factor) * w;
                    gradients[target * points + point] =
                        c[0] > ZERO ? logarithm(c[0] + reached, ZERO)
                                    : logarithm(w, ZERO) + (real)ahead * log_factor + log_of_ratio(psi, shrunk);
                }
                before = ahead;
                if (target == count)
                    y = c[0] + reached;
            }
        }
        const bool backwards = theta[row] < ZERO;
        real total = ZERO;
        for (int mark = count - 1; mark >= 0; --mark) {
            const int left = depth - marks[mark];
            real &gradient = gradients[mark * points + point];
            total += stretches[mark * next];
            // Of 0 · log 0 the product θ^0 = 1 is meant.
            gradient = gradient + total + (left ? (real)left * log_theta[row] : ZERO) + start.log_alpha;
            if (signs)
                signs[mark * points + point] =
                    gradient == -INFINITE ? 0 : (start.y < ZERO) != (backwards && (depth - 1) % 2) ? -1 : 1;
        }
        const bool below = (start.y < ZERO) != (backwards && depth % 2);
        keep(below ? -y : y, start.alpha, row, point, fixed_points, outputs, distances);
    }
}
