/* Sets the clock of the VM: setclock EPOCH.FRACTION. The RTC alone is right to a second only. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv)
{
    double epoch = argc == 2 ? atof(argv[1]) : 0;
    struct timespec t = {(time_t)epoch, (long)((epoch - floor(epoch)) * 1e9)};
    if (epoch < 1e9 || clock_settime(CLOCK_REALTIME, &t) != 0) {
        perror("setclock");
        return 1;
    }
    return 0;
}
