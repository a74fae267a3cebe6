/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/thrift_codec.h>

G_BEGIN_DECLS

/**
 * What weftgen makes of bench/codec/document.thrift, written by hand: the form that generated
 * codecs have, and a peer to compare them with.
 */

typedef struct {
    WeftString key;
    int64_t value;
} HandPair;

typedef struct {
    HandPair *items;
    uint32_t n_items;
} HandMap;

typedef struct {
    int64_t id;
    WeftString title;
    double score;
    bool is_active;
    HandMap counters;
} HandItem;

typedef struct {
    HandItem *items;
    uint32_t n_items;
} HandItemList;

typedef struct {
    int64_t id;
    WeftString name;
    HandItemList items;
} HandDocument;

extern const WeftThriftType hand_item_type;
extern const WeftThriftType hand_document_type;

G_END_DECLS
