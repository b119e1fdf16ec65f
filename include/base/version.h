/* version.h - the one place that says which spate this is. */
#ifndef SPATE_BASE_VERSION_H
#define SPATE_BASE_VERSION_H

#define SPATE_VERSION "0.1.0"

#endif
