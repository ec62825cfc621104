/*
 * The bench board on a computer: a pty in place of the serial line, the standard streams in place
 * of the contacts and lamps.
 *
 *   board_host [--stepped MILLIS]
 *
 * The first line on standard output is the path of the pty. Then a line says each change of an
 * output: `light 1 800` (permille), `lamp resellable 1`, `sounder 1`. Lines on standard input:
 * `press`, `release`, `brown-out`, `hot`, `cool`, `restart`; each is answered by `done N`, with the
 * number of bytes sent to the computer so far. The end of standard input ends the program.
 *
 * With --stepped the clock stands still at MILLIS until `step N` moves it by N milliseconds, and the
 * pty is read by `hear N` alone, which waits for exactly N bytes. `jump N` moves the clock while the
 * board is kept from running.
 */
#define _XOPEN_SOURCE 600

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "../core/board.h"
#include "../core/board_hal.h"

#define MOST_LINE 64u
#define MOST_HEARD 4096u
#define TICK_MS 1
#define HEAR_WAIT_MS 5000

static const struct board_config CONFIG = {
    "RB-000001", {1, 0, 0}, 4, {20, 20, 35, 0, 0, 0, 0, 0}, 100,
};

static const char *const LAMPS[BOARD_LAMPS] = {"resellable", "repair", "scrap", "hold",
                                               "red",        "amber",  "green", "blue"};

static struct board board;
static int wire = -1;
static bool stepped;
static uint32_t stepped_millis;
static bool pedal_closed;
static bool hot;
static unsigned long bytes_sent;

uint32_t board_hal_millis(void)
{
    struct timespec now;
    if (stepped) {
        return stepped_millis;
    }
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint32_t)((unsigned long long)now.tv_sec * 1000u
                      + (unsigned long long)now.tv_nsec / 1000000u);
}

void board_hal_set_light(uint8_t channel, uint16_t permille)
{
    printf("light %u %u\n", channel + 1u, (unsigned)permille);
}

void board_hal_set_lamp(uint8_t lamp, bool lit)
{
    printf("lamp %s %d\n", LAMPS[lamp], lit);
}

void board_hal_set_sounder(bool sounding)
{
    printf("sounder %d\n", sounding);
}

bool board_hal_pedal_closed(void)
{
    return pedal_closed;
}

void board_hal_write(const uint8_t *bytes, size_t count)
{
    const ssize_t sent = write(wire, bytes, count);
    if (sent > 0) {
        bytes_sent += (unsigned long)sent;
    }
}

static void fail(const char *what)
{
    fprintf(stderr, "board_host: %s: %s\n", what, strerror(errno));
    exit(EXIT_FAILURE);
}

/* Open a raw pty and keep its other end open, so that programs may come and go. */
static const char *open_pty(void)
{
    struct termios raw;
    wire = posix_openpt(O_RDWR | O_NOCTTY);
    if (wire < 0 || grantpt(wire) != 0 || unlockpt(wire) != 0) {
        fail("no pty");
    }
    const char *path = ptsname(wire);
    const int other_end = path == NULL ? -1 : open(path, O_RDWR | O_NOCTTY);
    if (other_end < 0 || tcgetattr(other_end, &raw) != 0) {
        fail("no pty");
    }
    raw.c_iflag = 0;
    raw.c_oflag = 0;
    raw.c_lflag = 0;
    raw.c_cflag = (raw.c_cflag & ~(tcflag_t)(CSIZE | PARENB)) | CS8;
    if (tcsetattr(other_end, TCSANOW, &raw) != 0 || fcntl(wire, F_SETFL, O_NONBLOCK) != 0) {
        fail("no raw pty");
    }
    return path;
}

/* Hand at most `most` bytes that have come in to the board; return how many. */
static size_t hear_some(size_t most, int wait_ms)
{
    uint8_t heard[MOST_HEARD];
    struct pollfd ready = {wire, POLLIN, 0};
    if (poll(&ready, 1, wait_ms) <= 0) {
        return 0;
    }
    const ssize_t count = read(wire, heard, most < sizeof heard ? most : sizeof heard);
    if (count <= 0) {
        return 0;
    }
    board_receive(&board, heard, (size_t)count);
    return (size_t)count;
}

static void hear_exactly(size_t count)
{
    while (count > 0) {
        const size_t heard = hear_some(count, HEAR_WAIT_MS);
        if (heard == 0) {
            fail("fewer bytes came than were announced");
        }
        count -= heard;
    }
}

static void step(uint32_t millis)
{
    for (; millis > 0; millis--) {
        stepped_millis++;
        board_tick(&board);
    }
}

static void start(void)
{
    board_start(&board, &CONFIG);
    board_set_hot(&board, hot);
}

static void answer(void)
{
    printf("done %lu\n", bytes_sent);
    fflush(stdout);
}

static void act(const char *line)
{
    unsigned long number = 0;
    if (strcmp(line, "press") == 0 || strcmp(line, "release") == 0) {
        pedal_closed = line[0] == 'p';
    } else if (strcmp(line, "brown-out") == 0) {
        board_brown_out(&board);
    } else if (strcmp(line, "hot") == 0 || strcmp(line, "cool") == 0) {
        hot = line[0] == 'h';
        board_set_hot(&board, hot);
    } else if (strcmp(line, "restart") == 0) {
        start();
    } else if (stepped && sscanf(line, "hear %lu", &number) == 1) {
        hear_exactly((size_t)number);
    } else if (stepped && sscanf(line, "step %lu", &number) == 1) {
        step((uint32_t)number);
    } else if (stepped && sscanf(line, "jump %lu", &number) == 1) {
        stepped_millis += (uint32_t)number;
        answer();
        return;
    } else {
        fprintf(stderr, "board_host: this line is not understood: %s\n", line);
        exit(EXIT_FAILURE);
    }
    board_tick(&board);
    answer();
}

/* Do the lines that have come; false at their end. */
static bool serve_lines(void)
{
    static char line[MOST_LINE];
    static size_t length;
    char content[MOST_LINE];
    const ssize_t count = read(STDIN_FILENO, content, sizeof content);
    for (ssize_t at = 0; at < count; at++) {
        if (content[at] == '\n' || length == sizeof line - 1u) {
            line[length] = '\0';
            length = 0;
            act(line);
        } else {
            line[length++] = content[at];
        }
    }
    return count > 0;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--stepped") == 0) {
        stepped = true;
        stepped_millis = (uint32_t)strtoul(argv[2], NULL, 10);
    } else if (argc != 1) {
        fputs("usage: board_host [--stepped MILLIS]\n", stderr);
        return 2;
    }
    puts(open_pty());
    start();
    fflush(stdout);
    for (;;) {
        struct pollfd ready[2] = {{STDIN_FILENO, POLLIN, 0}, {wire, POLLIN, 0}};
        if (poll(ready, stepped ? 1 : 2, stepped ? -1 : TICK_MS) < 0) {
            fail("poll");
        }
        if (ready[0].revents != 0 && !serve_lines()) {
            return EXIT_SUCCESS;
        }
        if (!stepped) {
            hear_some(MOST_HEARD, 0);
            board_tick(&board);
            fflush(stdout);
        }
    }
}
