/* state_keeper.h - the keeper's thread: takes checkpoints out of the slot, writes them, tries again.
 *
 * Owns the store and the ledger from keeper_start() on. */
#ifndef SPATE_APP_STATE_KEEPER_H
#define SPATE_APP_STATE_KEEPER_H

#include "app/checkpoint.h"
#include "app/state_ledger.h"
#include "base/error.h"
#include "store/store.h"

struct keeper;

/* Takes both over, also on failure. `change`: acknowledgements up to there are known (store_acks()). */
struct keeper *keeper_new(struct store *store, struct ledger *ledger, int64_t change);
bool keeper_start(struct keeper *k, struct error *why);
void keeper_free(struct keeper *k); /* ends the thread, after what is in the slot; accepts NULL */

/* Its thread has started. */
bool keeper_works(const struct keeper *k);

/* Monitor thread: the slot, clear, to be filled; NULL while the keeper has not taken the last one. */
struct checkpoint *keeper_slot(struct keeper *k);
/* Monitor thread: the slot is full. */
void keeper_offer(struct keeper *k);
/* Monitor thread: copies what there is to say into `news`; false when nothing. */
enum { KEEPER_NEWS_SIZE = 480 };
bool keeper_news(struct keeper *k, char news[KEEPER_NEWS_SIZE]);
/* Monitor thread: takes the next acknowledgement that another process has made; false when there is none. */
bool keeper_ack(struct keeper *k, struct store_ack *ack);
/* Monitor thread: waits until the slot is empty and written, or writing has failed. */
bool keeper_settle(struct keeper *k);

#endif
