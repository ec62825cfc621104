/*
 * Frames: a zero, the stuffed content, a zero. The content ends with its CRC-16.
 */
#ifndef FRAME_H
#define FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_MOST_CONTENT 64u
#define FRAME_MOST_CHUNK (FRAME_MOST_CONTENT + 1u)
#define FRAME_MOST_BYTES (FRAME_MOST_CHUNK + 2u)
#define FRAME_LEAST_CONTENT 4u
#define FRAME_CHECKSUM_BYTES 2u

/* Collects what stands between two zeros. */
struct frame_parser {
    uint8_t chunk[FRAME_MOST_CHUNK];
    size_t count; /* one more than fits means too many */
};

/* CRC-16/GENIBUS: polynomial 1021, register FFFF, most significant bit first, inverted. */
uint16_t frame_checksum(const uint8_t *bytes, size_t count);

void frame_parser_reset(struct frame_parser *parser);

/*
 * Take one byte. Returns the length of a checked content, then found in `parser->chunk` until the
 * next call, or 0.
 */
size_t frame_parser_feed(struct frame_parser *parser, uint8_t byte);

/*
 * Make a frame of `count` bytes of content, at most FRAME_MOST_CONTENT less the checksum.
 * `frame` has room for FRAME_MOST_BYTES. Returns the length of the frame.
 */
size_t frame_make(uint8_t *frame, const uint8_t *content, size_t count);

#endif
