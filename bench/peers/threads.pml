/*
 * Threads that count: under a lock, then without one, then for themselves; bench/workloads says
 * more. bench/peers.mjs defines THREADS, ITERATIONS, PRIVATE and DISJOINT before this, and STEPS: the
 * private steps but the last.
 */
#if DISJOINT
#define LOCKS THREADS
#define OWN _pid
#else
#define LOCKS 1
#define OWN 0
#endif

bit held[LOCKS];
byte counter[LOCKS];
byte racy;

active [THREADS] proctype thread() {
    byte left = ITERATIONS;
    byte value;

    /* A thread that is through waits here for ever, and may. */
end:
    do
    :: d_step { left > 0 && held[OWN] == 0 -> held[OWN] = 1 };
       value = counter[OWN];
       d_step { counter[OWN] = value + 1; value = 0 };
       held[OWN] = 0;
       value = racy;
#if PRIVATE
       d_step { racy = value + 1; value = 0 };
       STEPS
       left--
#else
       d_step { racy = value + 1; value = 0; left-- }
#endif
    od
}
