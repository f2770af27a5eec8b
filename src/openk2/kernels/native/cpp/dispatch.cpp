// Which levels this library holds, whether this machine can run them, and their tables of operations.
//
// Compiled for the plainest machine of its kind: it runs before anything is known. A level may run if the CPU has its
// instructions (CPUID) and the system keeps the registers they use (XGETBV; for AMX permission is asked for as well).
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#endif
#if defined(__linux__)
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include "openk2.h"

// build.py defines OK2_LEVELS(X) as X(avx2) X(avx512) ...: the levels compiled, slowest first.
#define DECLARE(name) const ok2_operations* ok2_table_##name(void);
OK2_LEVELS(DECLARE)

namespace {

struct Level {
    const char* name;
    const ok2_operations* (*table)(void);
};

#define ROW(name) {#name, ok2_table_##name},
const Level LEVELS[] = {OK2_LEVELS(ROW)};

#if defined(__x86_64__)

enum Register { EAX, EBX, ECX, EDX };

// An instruction set: the bit of CPUID that says the CPU has it.
struct Feature {
    const char* missing;
    unsigned leaf, subleaf;
    Register where;
    int bit;
};

// What a level needs beyond the level above it in this list.
struct Step {
    const char* level;
    Feature features[4];
    uint64_t saved;  // bits of XCR0: registers the system keeps when it switches between programs
    const char* unsaved;
};

const Step STEPS[] = {
    {"avx2",
     {{"the CPU has no AVX2", 7, 0, EBX, 5},
      {"the system does not save AVX registers (OSXSAVE)", 1, 0, ECX, 27},
      {"the CPU has no FMA", 1, 0, ECX, 12},
      {"the CPU has no F16C", 1, 0, ECX, 29}},
     0x6,
     "the system does not save AVX registers (XGETBV)"},
    {"avx512",
     {{"the CPU has no AVX512-F", 7, 0, EBX, 16},
      {"the CPU has no AVX512-BW", 7, 0, EBX, 30},
      {"the CPU has no AVX512-VL", 7, 0, EBX, 31},
      {"the CPU has no AVX512-DQ", 7, 0, EBX, 17}},
     0xe6,
     "the system does not save AVX512 registers (XGETBV)"},
    {"avx512_vnni", {{"the CPU has no AVX512-VNNI", 7, 0, ECX, 11}}, 0, nullptr},
    {"avx512_bf16", {{"the CPU has no AVX512-BF16", 7, 1, EAX, 5}}, 0, nullptr},
    {"amx",
     {{"the CPU has no AMX-TILE", 7, 0, EDX, 24},
      {"the CPU has no AMX-INT8", 7, 0, EDX, 25},
      {"the CPU has no AMX-BF16", 7, 0, EDX, 22}},
     0x600e6,
     "the system does not save AMX registers (XGETBV)"},
};

uint64_t saved_registers() {
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (uint64_t)high << 32 | low;
}

bool has(const Feature& feature) {
    unsigned registers[4];
    if (!__get_cpuid_count(feature.leaf, feature.subleaf, &registers[EAX], &registers[EBX], &registers[ECX],
                           &registers[EDX]))
        return false;
    return registers[feature.where] >> feature.bit & 1;
}

// Linux gives the tile registers to a process that asks; asking again does no harm.
bool amx_permitted() {
#if defined(__linux__)
    constexpr long ARCH_REQ_XCOMP_PERM = 0x1023, TILE_DATA = 18;
    return syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, TILE_DATA) == 0;
#else
    return true;
#endif
}

const char* unsupported(const char* level) {
    for (const Step& step : STEPS) {
        for (const Feature& feature : step.features)
            if (feature.missing && !has(feature)) return feature.missing;
        if ((saved_registers() & step.saved) != step.saved) return step.unsaved;
        if (strcmp(step.level, level) == 0) break;
    }
    return strcmp(level, "amx") == 0 && !amx_permitted() ? "the system refuses AMX (arch_prctl)" : nullptr;
}

#elif defined(__aarch64__)

const char* unsupported(const char*) {
#if defined(__linux__)
    constexpr unsigned long HAS_DOT_PRODUCT = 1 << 20;  // HWCAP_ASIMDDP
    return getauxval(AT_HWCAP) & HAS_DOT_PRODUCT ? nullptr : "the CPU has no dot product (ASIMDDP)";
#else
    return nullptr;  // every ARM Mac has it
#endif
}

#endif

const Level* find(const char* name) {
    for (const Level& level : LEVELS)
        if (strcmp(level.name, name) == 0) return &level;
    return nullptr;
}

}  // namespace

#pragma GCC visibility push(default)
extern "C" {

int32_t ok2_version(void) { return OK2_VERSION; }

// Names with commas between them, slowest first.
const char* ok2_levels(void) {
#define NAME(name) "," #name
    return OK2_LEVELS(NAME) + 1;
}

// Null if this machine can run the level, else why it cannot.
const char* ok2_unsupported(const char* level) {
    return find(level) ? unsupported(level) : "it was not compiled";
}

// Null if this machine cannot run the level.
const ok2_operations* ok2_operations_of(const char* level) {
    const Level* found = find(level);
    return found && !unsupported(level) ? found->table() : nullptr;
}

}
#pragma GCC visibility pop
