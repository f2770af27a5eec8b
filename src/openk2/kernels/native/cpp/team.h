// The threads that share one piece of work, as the work sees them: every thread runs the same program and meets the
// others at the end of each `each` and `single`.
#pragma once
#include <atomic>
#include <stdint.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace openk2 {

struct Shared;

// Runs work(context, team) on so many threads of the process's pool and returns when all are done; one caller at a time.
// A caller asks for the size once: another thread may change it between its asking and its running.
struct Team;
void run_on_team(int threads, void (*work)(void*, Team&), void* context);
int team_size();
void set_team_size(int threads);
void wait_at_barrier(Shared& shared, uint32_t& sense);

// What the threads share.
struct alignas(64) Shared {
    alignas(64) std::atomic<uint32_t> arrived{0};
    alignas(64) std::atomic<uint32_t> sense{0};
    struct alignas(64) Counter {
        std::atomic<int> next{0};
    } counters[4];
    int threads = 1;
};

}  // namespace openk2

namespace openk2 {

struct Team {
    Shared& shared;
    int thread;
    uint32_t sense = 0;
    int phase = 0;

    // body(i) for every i in 0 ... count-1, by whichever thread is free; ends when all are done.
    template <class Body>
    __attribute__((always_inline)) inline void each(int count, Body&& body) {
        if (shared.threads == 1) {
            for (int i = 0; i < count; i++) body(i);
            return;
        }
        std::atomic<int>& next = shared.counters[phase % 4].next;
        for (int i = next.fetch_add(1, std::memory_order_relaxed); i < count; i = next.fetch_add(1, std::memory_order_relaxed))
            body(i);
        // two phases ahead: nobody is there before everybody has left the barrier of this one
        if (thread == 0) shared.counters[(phase + 2) % 4].next.store(0, std::memory_order_relaxed);
        phase++;
        wait_at_barrier(shared, sense);
    }

    // The same for many small bodies, some neighbouring ones at a time.
    template <class Body>
    __attribute__((always_inline)) inline void each_of_many(int count, Body&& body) {
        const int some = count >= 64 * shared.threads ? 16 : count >= 8 * shared.threads ? 4 : 1;
        each((count + some - 1) / some, [&](int part) {
            const int end = (part + 1) * some < count ? (part + 1) * some : count;
            for (int i = part * some; i < end; i++) body(i);
        });
    }

    // body() on one thread while the others wait.
    template <class Body>
    __attribute__((always_inline)) inline void single(Body&& body) {
        if (thread == 0) body();
        if (shared.threads > 1) wait_at_barrier(shared, sense);
    }
};

}  // namespace openk2
