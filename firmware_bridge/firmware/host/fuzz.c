/*
 * Feeds damaged traffic to the core and prints, in hexadecimal, every content that it accepts.
 *
 * Standard input holds records: a byte that says by how many times 8 ms the clock moves, two bytes
 * of length (big-endian), the bytes. A line `end` follows the contents of each record. Aborts if an
 * output is out of its range or a frame of the board is not one.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../core/board.h"
#include "../core/board_hal.h"

#define MOST_RECORD 65535u
#define STEP_MS 8u

static const struct board_config CONFIG = {
    "RB-000001", {1, 0, 0}, 4, {20, 20, 35, 0, 0, 0, 0, 0}, 100,
};

static uint32_t millis = 4294960000u;
static struct frame_parser echo;

static void demand(bool truth)
{
    if (!truth) {
        abort();
    }
}

uint32_t board_hal_millis(void)
{
    return millis;
}

void board_hal_set_light(uint8_t channel, uint16_t permille)
{
    demand(channel < CONFIG.channels && permille <= BOARD_FULL_PERMILLE);
}

void board_hal_set_lamp(uint8_t lamp, bool lit)
{
    (void)lit;
    demand(lamp < BOARD_LAMPS);
}

void board_hal_set_sounder(bool sounding)
{
    (void)sounding;
}

bool board_hal_pedal_closed(void)
{
    return (millis / 512u) % 2u == 0;
}

void board_hal_write(const uint8_t *bytes, size_t count)
{
    size_t frames = 0;
    demand(count <= FRAME_MOST_BYTES);
    for (size_t at = 0; at < count; at++) {
        frames += frame_parser_feed(&echo, bytes[at]) > 0;
    }
    demand(frames == 1);
}

static void print_accepted(struct frame_parser *parser, const uint8_t *bytes, size_t count)
{
    for (size_t at = 0; at < count; at++) {
        const size_t content = frame_parser_feed(parser, bytes[at]);
        for (size_t place = 0; place < content; place++) {
            printf("%02X", (unsigned)parser->chunk[place]);
        }
        if (content > 0) {
            putchar('\n');
        }
    }
    puts("end");
}

int main(void)
{
    static struct board board;
    static struct frame_parser parser;
    static uint8_t record[MOST_RECORD];
    uint8_t header[3];
    board_start(&board, &CONFIG);
    while (fread(header, 1, sizeof header, stdin) == sizeof header) {
        const size_t count = (size_t)header[1] << 8 | header[2];
        if (fread(record, 1, count, stdin) != count) {
            return EXIT_FAILURE;
        }
        print_accepted(&parser, record, count);
        board_receive(&board, record, count);
        for (unsigned step = 0; step < header[0]; step++) {
            millis += STEP_MS;
            board_tick(&board);
        }
    }
    return EXIT_SUCCESS;
}
