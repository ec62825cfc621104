/*
 * What the board drives: lights that settle, lamps that blink, a sounder. `now` is in milliseconds
 * and may wrap around.
 */
#ifndef OUTPUTS_H
#define OUTPUTS_H

#include <stdbool.h>
#include <stdint.h>

#define BOARD_MOST_CHANNELS 8u
#define BOARD_LAMPS 8u
#define BOARD_FULL_PERMILLE 1000u

enum lamp_mode { LAMP_OFF, LAMP_ON, LAMP_BLINK, LAMP_MODES };
enum sound_pattern { SOUND_SILENCE, SOUND_ACCEPT, SOUND_ATTENTION, SOUND_STOP, SOUND_PATTERNS };

struct outputs {
    const uint16_t *settle_times;
    uint8_t channels;
    uint16_t safe_permille;
    uint16_t permille[BOARD_MOST_CHANNELS];
    bool settling;
    uint32_t settled_at;
    uint8_t modes[BOARD_LAMPS];
    bool lit[BOARD_LAMPS];
    bool bright;
    uint32_t bright_since;
    uint8_t pattern;
    uint8_t spell;
    uint32_t spell_since;
    bool sounding;
};

/* Power: lights at the safe level, everything else off. `settle_times` has one for each channel. */
void outputs_start(struct outputs *outputs, const uint16_t *settle_times, uint8_t channels,
                   uint16_t safe_permille, uint32_t now);

/* Apply a level to each channel; one that changes settles anew. */
void outputs_set_lights(struct outputs *outputs, const uint16_t *permille, uint32_t now);

/* Apply the safe level to all channels. */
void outputs_safe_lights(struct outputs *outputs, uint32_t now);

/* How long until all lights are settled, in milliseconds. */
uint16_t outputs_settle_ms(const struct outputs *outputs, uint32_t now);

/* Apply a mode to each lamp; all that blink begin lit. */
void outputs_set_lamps(struct outputs *outputs, const uint8_t *modes, uint32_t now);

/* Begin a pattern in place of one that still sounds. */
void outputs_sound(struct outputs *outputs, uint8_t pattern, uint32_t now);

/* Lamps and sounder off. */
void outputs_silence(struct outputs *outputs, uint32_t now);

/* Blink, and go on in the pattern. */
void outputs_tick(struct outputs *outputs, uint32_t now);

#endif
