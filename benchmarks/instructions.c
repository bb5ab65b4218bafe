/* Tells valgrind where to begin and end counting. */

#include <valgrind/callgrind.h>

void begin(void) { CALLGRIND_START_INSTRUMENTATION; }

void end(void) { CALLGRIND_STOP_INSTRUMENTATION; }
