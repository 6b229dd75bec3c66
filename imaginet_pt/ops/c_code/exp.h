// exp(x) to 2e-7 relative, as 2^n exp(r). Unlike expf, a compiler does it 8 or 16 at a time.
// Below -87 it is exp(-87), above 88.37 infinite.
namespace imaginet {
static inline float exp(float x) {
    const bool infinite = x > 88.37f;
    x = x < -87.0f ? -87.0f : infinite ? 88.0f : x;
    const float n = floorf(x * 1.44269504f + 0.5f);
    const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
    float e = 1.0f / 5040;
    e = e * r + 1.0f / 720;
    e = e * r + 1.0f / 120;
    e = e * r + 1.0f / 24;
    e = e * r + 1.0f / 6;
    e = e * r + 0.5f;
    e = e * r + 1.0f;
    e = e * r + 1.0f;
    union { npy_int32 bits; float value; } power = { ((npy_int32)n + 127) << 23 };
    return infinite ? INFINITY : e * power.value;
}
template <typename T> static inline double exp(T x) { return ::exp((double)x); }
}
