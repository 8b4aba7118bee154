/* sound.h - how loud a voice note is, over its time, as clients draw it. */
#ifndef WORKER_CHILD_SOUND_H
#define WORKER_CHILD_SOUND_H

#include "worker/child/av.h"

/*
 * Decodes the sound to its end. WORKER_WAVEFORM bytes: 100 samples of 5 bits, the first in the lowest bits (as tdesktop, tdlib
 * and Android read them). -ERR_INVALID: there is nothing to hear.
 */
int sound_waveform(struct av_in *in, struct arena *a, struct slice *ret, double *ret_seconds);

#endif
