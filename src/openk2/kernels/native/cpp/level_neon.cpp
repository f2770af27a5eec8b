// The operations with the instructions of level neon (its flags: levels.py).
#include "operations.h"

const ok2_operations* ok2_table_neon(void) { return &OPERATIONS; }
