#include "CCairo.h"

#include <cairo/cairo-ft.h>

static void close_library(void *library) { FT_Done_FreeType((FT_Library)library); }

cairo_font_face_t *mr_font_file(const char *path) {
    static const cairo_user_data_key_t key;
    FT_Library library;
    FT_Face file;
    if (FT_Init_FreeType(&library) != 0) return NULL;
    if (FT_New_Face(library, path, 0, &file) != 0) {
        FT_Done_FreeType(library);
        return NULL;
    }
    cairo_font_face_t *face = cairo_ft_font_face_create_for_ft_face(file, FT_LOAD_NO_HINTING | FT_LOAD_NO_AUTOHINT);
    if (cairo_font_face_set_user_data(face, &key, library, close_library) != CAIRO_STATUS_SUCCESS) {
        cairo_font_face_destroy(face);
        FT_Done_FreeType(library);
        return NULL;
    }
    return face;
}
