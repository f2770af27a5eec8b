// The operations with the instructions of level avx2 (its flags: levels.py).
#include "operations.h"

const ok2_operations* ok2_table_avx2(void) { return &OPERATIONS; }
