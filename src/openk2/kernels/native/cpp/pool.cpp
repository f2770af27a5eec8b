// The process's threads. They wait for work and for each other awake for a moment, then asleep. Asleep, because a thread
// that is late has mostly lost its core to another program's or to Python's: the core of whoever waits for it is where
// it can go on.
#include "fetch.h"
#include "team.h"

#include <thread>
#include <vector>

#include <pthread.h>

namespace openk2 {

namespace {

constexpr int AWAKE = 200000;    // rounds of waiting for work, about a millisecond
constexpr int PATIENCE = 20000;  // rounds of waiting for each other, about a tenth of it
constexpr int MOST_THREADS = 1 << 12;

// No PAUSE: a virtual machine may take a thread that pauses in a loop off its core, for longer than most waits last.
inline void pause_briefly() {
    for (int i = 0; i < 8; i++) __asm__ volatile("nop");
}

// Returns when done() is true, which whoever makes it so tells with `tell`.
template <class Done>
void wait_until(Sleepers& sleepers, Wanted& wanted, Done&& done) {
    for (int round = 0; round < PATIENCE; round++) {
        if (done()) return;
        if (wanted.lines == 0) pause_briefly();
        else fetch_nearby(wanted.at), wanted.at += 64, wanted.lines--;
    }
    std::unique_lock<std::mutex> lock(sleepers.lock);
    sleepers.number.fetch_add(1);
    sleepers.wake.wait(lock, done);
    sleepers.number.fetch_sub(1);
}

// To be called behind a sequentially consistent store: then either it sees the sleeper, or the sleeper the store.
void tell(Sleepers& sleepers) {
    if (sleepers.number.load() == 0) return;
    std::lock_guard<std::mutex> lock(sleepers.lock);
    sleepers.wake.notify_all();
}

class Pool {
  public:
    void run(int threads, void (*work)(void*, Team&), void* context) {
        std::lock_guard<std::mutex> one_caller(calls_);
        shared_.threads = threads;
        if (threads > 1) {
            if (ranges_.size() < (size_t)threads) ranges_ = std::vector<Range>(threads);
            for (auto& range : ranges_) range.word.store(0, std::memory_order_relaxed);
            shared_.ranges = ranges_.data();
            start(threads);
            work_ = work, context_ = context;
            running_.store(threads - 1, std::memory_order_relaxed);
            first_sense_ = shared_.sense.load(std::memory_order_relaxed);
            {
                std::lock_guard<std::mutex> lock(sleep_);
                const uint64_t call = epoch_.load(std::memory_order_relaxed) / MOST_THREADS + 1;
                epoch_.store(call * MOST_THREADS + threads, std::memory_order_release);
            }
            if (asleep_.load(std::memory_order_acquire)) wake_.notify_all();
        }
        Team team(shared_, 0, shared_.sense.load(std::memory_order_relaxed));
        work(context, team);
        Wanted nothing;
        wait_until(shared_.sleepers, nothing, [&] { return running_.load() == 0; });
    }

    int size() const { return size_.load(std::memory_order_relaxed); }

    void resize(int threads) {
        size_.store(threads < 1 ? 1 : threads >= MOST_THREADS ? MOST_THREADS - 1 : threads, std::memory_order_relaxed);
    }

  private:
    // Threads are started when first needed and live as long as the process; a smaller team leaves some asleep.
    void start(int threads) {
        while ((int)threads_.size() < threads - 1) {
            const int number = (int)threads_.size() + 1;
            const uint64_t epoch = epoch_.load();
            threads_.emplace_back([this, number, epoch] { live(number, epoch); });
            threads_.back().detach();
        }
    }

    void live(int number, uint64_t seen) {
        for (;;) {
            int round = 0;
            while (epoch_.load(std::memory_order_acquire) == seen && round++ < AWAKE) pause_briefly();
            if (epoch_.load(std::memory_order_acquire) == seen) {
                std::unique_lock<std::mutex> lock(sleep_);
                asleep_.fetch_add(1);
                wake_.wait(lock, [&] { return epoch_.load(std::memory_order_acquire) != seen; });
                asleep_.fetch_sub(1);
            }
            seen = epoch_.load(std::memory_order_acquire);
            if (number >= (int)(seen % MOST_THREADS)) continue;
            Team team(shared_, number, first_sense_);
            work_(context_, team);
            running_.fetch_sub(1);
            tell(shared_.sleepers);
        }
    }

    std::mutex calls_, sleep_;
    std::condition_variable wake_;
    std::vector<std::thread> threads_;
    // Number of the call and its threads in one: one that is not needed may look long after the next call has begun.
    std::atomic<uint64_t> epoch_{0};
    std::atomic<int> asleep_{0};
    std::atomic<int> running_{0};
    Shared shared_;
    std::vector<Range> ranges_;
    void (*work_)(void*, Team&) = nullptr;
    void* context_ = nullptr;
    uint32_t first_sense_ = 0;
    std::atomic<int> size_{1};
};

// Never destroyed: its threads may outlive every destructor. A forked process has none of them and begins anew.
Pool* the_pool = nullptr;
Pool& pool() {
    static const bool made = [] {
        the_pool = new Pool;
        pthread_atfork(nullptr, nullptr, [] {
            const int size = the_pool->size();
            the_pool = new Pool;
            the_pool->resize(size);
        });
        return true;
    }();
    (void)made;
    return *the_pool;
}

}  // namespace

void run_on_team(int threads, void (*work)(void*, Team&), void* context) { pool().run(threads, work, context); }
int team_size() { return pool().size(); }
void set_team_size(int threads) { pool().resize(threads); }

void wait_at_barrier(Shared& shared, uint32_t& sense, Wanted& wanted) {
    const uint32_t next = sense + 1;
    sense = next;
    if (shared.arrived.fetch_add(1, std::memory_order_acq_rel) == (uint32_t)shared.threads - 1) {
        shared.arrived.store(0, std::memory_order_relaxed);
        shared.sense.store(next);
        tell(shared.sleepers);
        return;
    }
    wait_until(shared.sleepers, wanted, [&] { return shared.sense.load() == next; });
}

}  // namespace openk2

extern "C" {
__attribute__((visibility("default"))) void ok2_set_threads(int32_t threads) { openk2::set_team_size(threads); }
__attribute__((visibility("default"))) int32_t ok2_threads(void) { return openk2::team_size(); }
}
