/* The stand-in device's own functions, found by name in its library. */
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

void standin_begin(void); /* once, before any of its tensors */

/* Copies to the device and back, numbers read back one by one, all since the
 * last reset; bytes of memory that its tensors hold now. */
void standin_counts(int64_t *to_device, int64_t *to_host, int64_t *scalars, int64_t *bytes);
void standin_reset(void);

/* From now on the device has this much memory; 0: no end of it. */
void standin_limit(int64_t bytes);

#ifdef __cplusplus
}
#endif
