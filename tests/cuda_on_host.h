// What CUDA C has and C++ has not, so that the kernels compile for the processor: one thread at a time.
#include <cfenv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#define ON_HOST
#define __device__
#define __global__
#define __shared__ static
#define __forceinline__ inline
#define __restrict__
#define __syncthreads()

using std::atan;
using std::atanh;
using std::copysign;
using std::erf;
using std::erfc;
using std::fabs;
using std::fma;
using std::ldexp;
using std::sqrt;

struct Place {
    unsigned x;
};
extern "C" {
Place blockIdx = {0}, threadIdx = {0}, blockDim = {1}, gridDim = {1};
// How much worse than the device's the first guess of a reciprocal is: times 1 + skew.
double skew = 0;
}

template <typename To, typename From> static inline To same_bits(const From x)
{
    To y;
    static_assert(sizeof x == sizeof y, "a number of the same size");
    std::memcpy(&y, &x, sizeof y);
    return y;
}

static inline int __double2loint(const double x) { return (int)(uint32_t)same_bits<uint64_t>(x); }
static inline int __double2hiint(const double x) { return (int)(uint32_t)(same_bits<uint64_t>(x) >> 32); }
static inline double __hiloint2double(const int high, const int low)
{
    return same_bits<double>(((uint64_t)(uint32_t)high << 32) | (uint32_t)low);
}
static inline int __float_as_int(const float x) { return same_bits<int>(x); }
static inline float __int_as_float(const int x) { return same_bits<float>(x); }

// rcp.approx.ftz.f64, as the PTX manual has it: reads the upper 32 bits, and gives the upper 32 bits.
static inline double upper(const double x) { return __hiloint2double(__double2hiint(x), 0); }
static inline double approximate_reciprocal(const double x) { return upper(1 / upper(x)) * (1 + skew); }
static inline float approximate_reciprocal(const float x) { return (float)(1 / (double)x * (1 + skew)); }

static inline long long __double_as_longlong(const double x) { return same_bits<long long>(x); }
static inline double __longlong_as_double(const long long x) { return same_bits<double>(x); }

// Directed rounding by the processor's own, in operations that the compiler may neither fold nor move.
#define DIRECTED(name, mode, expression)                                                                               \
    static inline double name(const double x, const double y)                                                          \
    {                                                                                                                  \
        volatile double a = x, b = y;                                                                                  \
        std::fesetround(mode);                                                                                         \
        volatile double result = (expression);                                                                         \
        std::fesetround(FE_TONEAREST);                                                                                 \
        (void)b;                                                                                                       \
        return result;                                                                                                 \
    }
DIRECTED(__dadd_rd, FE_DOWNWARD, a + b)
DIRECTED(__dadd_ru, FE_UPWARD, a + b)
DIRECTED(__dmul_rd, FE_DOWNWARD, a *b)
DIRECTED(__dmul_ru, FE_UPWARD, a *b)
DIRECTED(__ddiv_rd, FE_DOWNWARD, a / b)
DIRECTED(__ddiv_ru, FE_UPWARD, a / b)
DIRECTED(root_rd, FE_DOWNWARD, std::sqrt(a))
DIRECTED(root_ru, FE_UPWARD, std::sqrt(a))
static inline double __dsqrt_rd(const double x) { return root_rd(x, x); }
static inline double __dsqrt_ru(const double x) { return root_ru(x, x); }

#line 1 "kernel.cu"
