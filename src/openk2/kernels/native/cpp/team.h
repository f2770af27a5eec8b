// The threads that share one piece of work, as the work sees them: every thread runs the same program and meets the
// others at the end of each `each` and `single`.
#pragma once
#include <atomic>
#include <condition_variable>
#include <mutex>
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

// What a thread will probably read next, fetched a line at a time while it waits for others: memory has fewer pauses then.
struct Wanted {
    const uint8_t* at = nullptr;
    int64_t lines = 0;
};
void wait_at_barrier(Shared& shared, uint32_t& sense, Wanted& wanted);

// Threads that wait for others longer than staying awake pays.
struct Sleepers {
    std::mutex lock;
    std::condition_variable wake;
    std::atomic<int> number{0};
};

// What is left of one thread's part of the pieces of work: the phase (16 bits, never 0), the first piece and the end (24
// bits each). A word of another phase means that nothing of the part has been taken.
struct alignas(64) Range {
    std::atomic<uint64_t> word{0};
};

// What the threads share.
struct alignas(64) Shared {
    alignas(64) std::atomic<uint32_t> arrived{0};
    alignas(64) std::atomic<uint32_t> sense{0};
    Sleepers sleepers;
    int threads = 1;
    Range* ranges = nullptr;  // [threads]
};

}  // namespace openk2

namespace openk2 {

struct Team {
    Team(Shared& shared, int thread, uint32_t sense) : shared(shared), thread(thread), sense(sense) {}

    Shared& shared;
    int thread;
    uint32_t sense;
    Wanted wanted;

    // The first of so many pieces that is a thread's, this one's if none is named.
    int first_of(int count, int owner) const { return (int)((int64_t)count * owner / shared.threads); }
    int first_of(int count) const { return first_of(count, thread); }

    // body(i) for every i in 0 ... count-1, fewer than 2^24; ends when all are done. Each thread has a part of its own, one
    // after the other, so that what it reads is one stream; who is done first takes from the ends of the others' parts.
    template <class Body>
    __attribute__((always_inline)) inline void each(int count, Body&& body) {
        if (shared.threads == 1) {
            for (int i = 0; i < count; i++) body(i);
            return;
        }
        if (count <= shared.threads) {
            if (thread < count) body(thread);
            wait_at_barrier(shared, sense, wanted);
            return;
        }
        phase = phase % 0xffff + 1;
        for (int i = take(thread, count, true); i >= 0; i = take(thread, count, true)) body(i);
        for (int other = 1; other < shared.threads; other++) {
            const int owner = (thread + other) % shared.threads;
            for (int i = take(owner, count, false); i >= 0; i = take(owner, count, false)) body(i);
        }
        wait_at_barrier(shared, sense, wanted);
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
        if (shared.threads > 1) wait_at_barrier(shared, sense, wanted);
    }

  private:
    // A piece from the front or the end of a thread's part, -1 when none is left.
    int take(int owner, int count, bool front) {
        std::atomic<uint64_t>& word = shared.ranges[owner].word;
        uint64_t seen = word.load(std::memory_order_relaxed);
        for (;;) {
            const bool begun = seen >> 48 == phase;
            const uint64_t first = begun ? seen >> 24 & PIECES : first_of(count, owner);
            const uint64_t end = begun ? seen & PIECES : first_of(count, owner + 1);
            if (first >= end) return -1;
            const uint64_t rest = phase << 48 | (front ? first + 1 : first) << 24 | (front ? end : end - 1);
            if (word.compare_exchange_weak(seen, rest, std::memory_order_relaxed)) return (int)(front ? first : end - 1);
        }
    }

    static constexpr uint64_t PIECES = (1 << 24) - 1;
    uint64_t phase = 0;
};

}  // namespace openk2
