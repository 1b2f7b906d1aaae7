#pragma once
#include <cairo/cairo-svg.h>
#include <cairo/cairo.h>

/// A font file as Cairo's font, drawn without hinting, or null where it is none.
///
/// FreeType keeps the file until Cairo lets go of the last of the font. Each file has a FreeType of its own, so that fonts may be used from
/// threads of their own.
cairo_font_face_t *mr_font_file(const char *path);
