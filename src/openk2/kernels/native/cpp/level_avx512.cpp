// The operations with the instructions of level avx512 (its flags: levels.py).
#include "operations.h"

const ok2_operations* ok2_table_avx512(void) { return &OPERATIONS; }
