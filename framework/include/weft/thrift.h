/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/** All of Thrift: what a header made by weftgen includes. */

#include <weft/thrift_client.h>
#include <weft/thrift_codec.h>
#include <weft/thrift_error.h>
#include <weft/thrift_service.h>
#include <weft/thrift_type.h>
