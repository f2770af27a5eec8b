// Lines of memory brought near before they are wanted, on every level alike.
#pragma once

namespace {

// Bring the line of p near, or only into the second cache. Not with GCC's own word for it: it holds a function that does
// nothing else for one without effect, and leaves its calls out.
#if defined(__x86_64__)
inline void fetch(const void* p) { __asm__ volatile("prefetcht0 %0" : : "m"(*(const char*)p)); }
inline void fetch_nearby(const void* p) { __asm__ volatile("prefetcht1 %0" : : "m"(*(const char*)p)); }
#else
inline void fetch(const void* p) { __asm__ volatile("prfm pldl1keep, %0" : : "Q"(*(const char*)p)); }
inline void fetch_nearby(const void* p) { __asm__ volatile("prfm pldl2keep, %0" : : "Q"(*(const char*)p)); }
#endif

}  // namespace
