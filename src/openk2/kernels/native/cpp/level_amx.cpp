// The operations with the instructions of level amx (its flags: levels.py).
#include "operations.h"

const ok2_operations* ok2_table_amx(void) { return &OPERATIONS; }
