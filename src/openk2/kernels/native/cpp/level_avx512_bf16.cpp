// The operations with the instructions of level avx512_bf16 (its flags: levels.py).
#include "operations.h"

const ok2_operations* ok2_table_avx512_bf16(void) { return &OPERATIONS; }
