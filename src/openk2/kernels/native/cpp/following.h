// What a thread reads after the panels at hand, and fetching it beside their products.
#pragma once
#include "bricks.h"

namespace {

// Panels that will probably be wanted after those at hand.
struct Coming {
    const uint8_t* codes = nullptr;
    const uint8_t* scales = nullptr;  // of INT4, one brick's after the other
};

inline Coming coming(const ok2_matrix& m, int panel) {
    if (panel >= panels_of(m)) return {};
    const bool nibbles = m.format == OK2_INT4 || m.format == OK2_INT4_A16;
    const int64_t scales = (int64_t)panel * bricks_of(m) * PANEL * 2;
    return {(const uint8_t*)m.codes + panel * panel_bytes(m), nibbles ? (const uint8_t*)m.scales + scales : nullptr};
}

// What comes next, fetched line by line beside the work at hand: evenly over its moments, each about the time of one tile
// product, and from several places in turn, which is faster, probably because the machine's own prefetching goes only so far
// ahead in a page.
class Following {
  public:
    Following(const Coming& next, const ok2_matrix& m, int panels) { add(next, m, panels); }
    void add(const Coming& next, const ok2_matrix& m, int panels) {
        const int64_t bricks = (int64_t)panels * bricks_of(m);
        add(next.codes, bricks * brick_bytes(m.format));
        add(next.scales, bricks * PANEL * 2);
    }
    // All that was added, in so many moments.
    void spread_over(int64_t moments) { share_ = moments ? (int)((lines_ * ONE + moments - 1) / moments) : 0; }
    // So many of them pass.
    inline __attribute__((always_inline)) void pass(int moments) {
        due_ += moments * share_;
        int lines = due_ / ONE;
        due_ %= ONE;
        while (lines > 0) {
            if (left_ == 0 && !begin_next()) return;
            // what changes with each line stays in registers
            const int some = left_ < lines ? (int)left_ : lines;
            const uint8_t* at = at_;
            int place = place_;
            for (int i = 0; i < some; i++) {
                fetch_nearby(at);
                at += apart_;
                if (++place == places_) place = 0, at -= back_;
            }
            at_ = at, place_ = place, left_ -= some, lines -= some;
        }
    }

  private:
    static constexpr int ONE = 256;  // of `due_`: a line
    static constexpr int PLACES = 8, LINES_OF_PAGE = 64;
    struct Stretch {
        const uint8_t* at;
        int64_t lines;
    };

    void add(const uint8_t* at, int64_t bytes) {
        const int64_t lines = (bytes + 63) / 64;
        if (at) stretches_[count_++] = {at, lines}, lines_ += lines;
    }
    __attribute__((noinline)) bool begin_next() {
        if (begun_ == count_) return due_ = share_ = 0, false;
        const Stretch& s = stretches_[begun_++];
        const int64_t pages = (s.lines + LINES_OF_PAGE - 1) / LINES_OF_PAGE;
        places_ = pages < PLACES ? (int)pages : PLACES, place_ = 0;
        const int64_t each = (s.lines + places_ - 1) / places_;
        at_ = s.at, apart_ = each * 64, back_ = places_ * apart_ - 64, left_ = each * places_;
        return true;
    }

    Stretch stretches_[4];
    int count_ = 0, begun_ = 0;
    int64_t lines_ = 0;             // of all
    const uint8_t* at_ = nullptr;   // the next line of the stretch that was begun last
    int64_t left_ = 0;              // lines of it
    int64_t apart_ = 0, back_ = 0;  // bytes between its places, and from the last to the first one's next line
    int places_ = 1, place_ = 0;
    int share_ = 0, due_ = 0;       // lines of a moment, lines that are due
};

}  // namespace
