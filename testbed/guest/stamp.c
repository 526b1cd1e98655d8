/* The loop that stamps the clock of the VM: first a line as `date` writes it in the C locale, then
 * one line as `date +%H:%M:%S,%N` about 50 times a second. A program, since a shell that starts `date`
 * 50 times a second is itself a load under emulation, and busybox's `date` knows no %N. */
#include <stdio.h>
#include <time.h>

int main(void)
{
    struct timespec t;
    struct tm parts;
    char text[64];

    clock_gettime(CLOCK_REALTIME, &t);
    gmtime_r(&t.tv_sec, &parts);
    strftime(text, sizeof text, "%a %b %e %H:%M:%S UTC %Y", &parts);
    puts(text);
    for (;;) {
        clock_gettime(CLOCK_REALTIME, &t);
        gmtime_r(&t.tv_sec, &parts);
        strftime(text, sizeof text, "%H:%M:%S", &parts);
        printf("%s,%09ld\n", text, t.tv_nsec);
        fflush(stdout);
        nanosleep(&(struct timespec){0, 20 * 1000 * 1000}, NULL);
    }
}
