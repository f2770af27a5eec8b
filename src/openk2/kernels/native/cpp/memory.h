// Working memory of one call: one block per calling thread that grows when needed and is handed out piece by piece.
#pragma once
#include <stdlib.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif
#include "activations.h"

namespace {

class Memory {
  public:
    ~Memory() { free(base_); }

    // Room for `bytes` in all, forgetting what was handed out before; false when there is none. New memory is zero.
    bool reserve(int64_t bytes) {
        used_ = 0;
        if (bytes <= size_) return true;
        free(base_);
        size_ = 0;
        const int64_t page = bytes > LARGE_PAGE ? LARGE_PAGE : 64, whole = (bytes + page - 1) / page * page;
        base_ = (uint8_t*)aligned_alloc(page, whole);
        if (!base_) return false;
        size_ = whole;
#if defined(__linux__)
        // rows of a step lie far apart: with small pages most accesses would wait for an address to be translated
        if (page == LARGE_PAGE) madvise(base_, size_, MADV_HUGEPAGE);
#endif
        memset(base_, 0, size_);
        return true;
    }

    template <class T>
    T* take(int64_t count) {
        T* piece = (T*)(base_ + used_);
        used_ += whole_lines(count * (int64_t)sizeof(T));
        return piece;
    }

    Activations activations(int64_t rows, int inputs, int forms) {
        return lay_out(take<uint8_t>(activation_bytes(rows, inputs, forms)), rows, inputs, forms);
    }

  private:
    static constexpr int64_t LARGE_PAGE = 2 << 20;
    uint8_t* base_ = nullptr;
    int64_t size_ = 0, used_ = 0;
};

// What `Memory` will need: asked for in the same order, so that one description of the pieces serves both.
class Sizes {
  public:
    template <class T>
    T* take(int64_t count) {
        bytes += whole_lines(count * (int64_t)sizeof(T));
        return nullptr;
    }
    Activations activations(int64_t rows, int inputs, int forms) {
        take<uint8_t>(activation_bytes(rows, inputs, forms));
        return {};
    }
    int64_t bytes = 0;
};

}  // namespace
