/*
 * The bench board of PROTOCOL.md: a state machine without an operating system, a heap or a vendor's
 * library. A port calls `board_start` once, then `board_receive` with what has come in and
 * `board_tick` at least every 5 ms, all from one thread and none from an interrupt.
 */
#ifndef BOARD_H
#define BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "events.h"
#include "frame.h"
#include "outputs.h"

#define BOARD_MAJOR 1u
#define BOARD_MINOR 0u
#define BOARD_SILENCE_MS 1500u
#define BOARD_DEBOUNCE_MS 20u
#define BOARD_MOST_SERIAL 16u

/* What a port knows of its board; it must outlive the board. */
struct board_config {
    const char *serial; /* 1 to 16 printable ASCII characters without spaces */
    uint8_t firmware[3];
    uint8_t channels; /* 1 to 8 */
    uint16_t settle_ms[BOARD_MOST_CHANNELS];
    uint16_t safe_permille; /* of all channels while no computer is heard */
};

struct board {
    const struct board_config *config;
    struct outputs outputs;
    struct event_queue events;
    struct frame_parser parser;
    bool greeted;
    bool silent;
    uint32_t heard_at;
    uint16_t session;
    uint8_t done[FRAME_MOST_CONTENT]; /* the last command, to know it when it is sent again */
    size_t done_count;
    uint8_t done_status;
    uint8_t since_greeting; /* what the last greeting was told */
    bool restarted;
    bool silence_due;
    bool brown_out_due;
    bool hot;
    bool hot_told;
    bool pedal;
    bool pedal_told;
    bool contact;
    uint32_t contact_since;
};

/* Power-up: the lights go to the safe level. */
void board_start(struct board *board, const struct board_config *config);

/* Take bytes from the computer. */
void board_receive(struct board *board, const uint8_t *bytes, size_t count);

/* Let time pass. */
void board_tick(struct board *board);

/* The supply has dipped: the lights go to the safe level until they are set again. */
void board_brown_out(struct board *board);

/* The lights' drivers are too hot, or no longer. */
void board_set_hot(struct board *board, bool hot);

#endif
