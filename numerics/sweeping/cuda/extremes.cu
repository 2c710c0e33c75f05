// The least and the greatest of `values`, and where they are (first where there are several, -1 where all are NaN): one
// result for each block, which has 2^n threads.
extern "C" __global__ void extremes(
    const real *__restrict__ values, const long long length, real *__restrict__ least, long long *__restrict__ at_least,
    real *__restrict__ greatest, long long *__restrict__ at_greatest)
{
    __shared__ real low[REDUCTION], high[REDUCTION];
    __shared__ long long at_low[REDUCTION], at_high[REDUCTION];
    const unsigned own = threadIdx.x;
    real smallest = INFINITE, largest = -INFINITE;
    long long first = -1, last = -1;
    for (long long place = THREAD; place < length; place += THREADS) {
        const real value = values[place];
        if (value < smallest || (first < 0 && value == smallest))
            smallest = value, first = place;
        if (value > largest || (last < 0 && value == largest))
            largest = value, last = place;
    }
    low[own] = smallest, at_low[own] = first, high[own] = largest, at_high[own] = last;
    for (unsigned half = blockDim.x / 2; half > 0; half /= 2) {
        __syncthreads();
        if (own < half) {
            const unsigned other = own + half;
            if (at_low[other] >= 0 && (at_low[own] < 0 || low[other] < low[own]
                                       || (low[other] == low[own] && at_low[other] < at_low[own])))
                low[own] = low[other], at_low[own] = at_low[other];
            if (at_high[other] >= 0 && (at_high[own] < 0 || high[other] > high[own]
                                        || (high[other] == high[own] && at_high[other] < at_high[own])))
                high[own] = high[other], at_high[own] = at_high[other];
        }
    }
    if (own == 0) {
        least[blockIdx.x] = low[0], at_least[blockIdx.x] = at_low[0];
        greatest[blockIdx.x] = high[0], at_greatest[blockIdx.x] = at_high[0];
    }
}
