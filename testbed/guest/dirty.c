/* Dirties memory at a set rate: writes one word into each page of a working set, round and round.
 *
 *   dirty RATE WORKINGSET     both in MiB (per second, of memory); a rate of 0 only holds the memory
 *
 * Every hundredth of a second it writes the pages that are due by then. If it is late (the VM stood
 * still, or has too little CPU) it goes on from now: it never makes up for what it missed. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#define PAGE 4096

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: dirty RATE WORKINGSET (MiB/s, MiB)\n");
        return 2;
    }
    double per_second = atof(argv[1]) * 1048576 / PAGE;
    size_t pages = (size_t)(atof(argv[2]) * 1048576 / PAGE);
    unsigned char *memory = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
                                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (memory == MAP_FAILED || pages == 0 || per_second < 0) {
        fprintf(stderr, "dirty: no memory, or nothing to do\n");
        return 1;
    }
    /* Not zero, or QEMU would send the pages as zero pages, which cost next to nothing. */
    for (size_t i = 0; i < pages * PAGE; i++)
        memory[i] = (unsigned char)(i * 2654435761u >> 13);

    size_t page = 0;
    uint64_t word = 1;
    double start = now(), written = 0;
    for (;;) {
        double due = (now() - start) * per_second - written;
        if (due > per_second / 4) { /* more than 0.25 s behind */
            start = now();
            written = 0;
            due = 0;
        }
        for (; due >= 1; due--, written++) {
            *(volatile uint64_t *)(memory + page * PAGE) = word++;
            page = (page + 1) % pages;
        }
        nanosleep(&(struct timespec){0, 10 * 1000 * 1000}, NULL);
    }
}
