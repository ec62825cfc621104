#include "outputs.h"

#include "board_hal.h"

#define HALF_BLINK_MS 500u
#define MOST_SPELLS 3u

/* How long each pattern sounds, pauses, sounds, in turn; 0 ends it. */
static const uint16_t SPELLS_MS[SOUND_PATTERNS][MOST_SPELLS] = {
    [SOUND_SILENCE] = {0, 0, 0},
    [SOUND_ACCEPT] = {100, 0, 0},
    [SOUND_ATTENTION] = {100, 100, 100},
    [SOUND_STOP] = {600, 0, 0},
};

static void sound(struct outputs *outputs, bool sounding)
{
    if (outputs->sounding != sounding) {
        outputs->sounding = sounding;
        board_hal_set_sounder(sounding);
    }
}

/* Drive the lamps as their modes and the phase of blinking say. */
static void light_lamps(struct outputs *outputs)
{
    for (uint8_t lamp = 0; lamp < BOARD_LAMPS; lamp++) {
        const uint8_t mode = outputs->modes[lamp];
        const bool lit = mode == LAMP_ON || (mode == LAMP_BLINK && outputs->bright);
        if (outputs->lit[lamp] != lit) {
            outputs->lit[lamp] = lit;
            board_hal_set_lamp(lamp, lit);
        }
    }
}

static void set_light(struct outputs *outputs, uint8_t channel, uint16_t permille, uint32_t now)
{
    const uint32_t settled_at = now + outputs->settle_times[channel];
    outputs->permille[channel] = permille;
    board_hal_set_light(channel, permille);
    if (!outputs->settling || (int32_t)(settled_at - outputs->settled_at) > 0) {
        outputs->settling = true;
        outputs->settled_at = settled_at;
    }
}

void outputs_start(struct outputs *outputs, const uint16_t *settle_times, uint8_t channels,
                   uint16_t safe_permille, uint32_t now)
{
    outputs->settle_times = settle_times;
    outputs->channels = channels;
    outputs->safe_permille = safe_permille;
    outputs->settling = false;
    for (uint8_t channel = 0; channel < channels; channel++) {
        set_light(outputs, channel, safe_permille, now);
    }
    for (uint8_t lamp = 0; lamp < BOARD_LAMPS; lamp++) {
        outputs->lit[lamp] = false;
        board_hal_set_lamp(lamp, false);
    }
    outputs->sounding = false;
    board_hal_set_sounder(false);
    outputs_silence(outputs, now);
}

void outputs_set_lights(struct outputs *outputs, const uint16_t *permille, uint32_t now)
{
    for (uint8_t channel = 0; channel < outputs->channels; channel++) {
        if (outputs->permille[channel] != permille[channel]) {
            set_light(outputs, channel, permille[channel], now);
        }
    }
}

void outputs_safe_lights(struct outputs *outputs, uint32_t now)
{
    uint16_t safe[BOARD_MOST_CHANNELS];
    for (uint8_t channel = 0; channel < BOARD_MOST_CHANNELS; channel++) {
        safe[channel] = outputs->safe_permille;
    }
    outputs_set_lights(outputs, safe, now);
}

uint16_t outputs_settle_ms(const struct outputs *outputs, uint32_t now)
{
    const int32_t left = (int32_t)(outputs->settled_at - now);
    return (uint16_t)(outputs->settling && left > 0 ? left : 0);
}

void outputs_set_lamps(struct outputs *outputs, const uint8_t *modes, uint32_t now)
{
    for (uint8_t lamp = 0; lamp < BOARD_LAMPS; lamp++) {
        outputs->modes[lamp] = modes[lamp];
    }
    outputs->bright = true;
    outputs->bright_since = now;
    light_lamps(outputs);
}

void outputs_sound(struct outputs *outputs, uint8_t pattern, uint32_t now)
{
    outputs->pattern = pattern;
    outputs->spell = 0;
    outputs->spell_since = now;
    sound(outputs, SPELLS_MS[pattern][0] != 0);
}

void outputs_silence(struct outputs *outputs, uint32_t now)
{
    static const uint8_t dark[BOARD_LAMPS] = {LAMP_OFF};
    outputs_set_lamps(outputs, dark, now);
    outputs_sound(outputs, SOUND_SILENCE, now);
}

void outputs_tick(struct outputs *outputs, uint32_t now)
{
    if (outputs->settling && (int32_t)(now - outputs->settled_at) >= 0) {
        outputs->settling = false; /* before the clock wraps around to the same time */
    }
    while (now - outputs->bright_since >= HALF_BLINK_MS) {
        outputs->bright_since += HALF_BLINK_MS;
        outputs->bright = !outputs->bright;
    }
    light_lamps(outputs);
    while (outputs->spell < MOST_SPELLS) {
        const uint16_t spell_ms = SPELLS_MS[outputs->pattern][outputs->spell];
        if (now - outputs->spell_since < spell_ms) {
            break;
        }
        outputs->spell_since += spell_ms;
        outputs->spell++;
    }
    sound(outputs, outputs->spell < MOST_SPELLS && outputs->spell % 2u == 0u);
}
