/* rows_db.h - a database whose tables hold what a piece of bytes says, through the seam of
 * store/db.h.
 *
 * The bytes are packed rows (base/pack.h), each: a byte, then its columns. The byte's lower three
 * bits are the table's number, the others the version with which its last text is to be sealed; 0:
 * it is not. The schema is right, all writing succeeds and changes nothing. Rows live as long as it
 * does. One thread. */
#ifndef SPATE_TESTS_LIB_ROWS_DB_H
#define SPATE_TESTS_LIB_ROWS_DB_H

#include "store/db.h"

struct rows_db;

struct rows_db *rows_db_new(struct text rows);
void rows_db_free(struct rows_db *db);
const struct db_calls *rows_db_calls(struct rows_db *db);

#endif
