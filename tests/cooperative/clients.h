/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Clients of libraries that know nothing of fibers.
 */

#include <functional>
#include <string>

namespace weft_test
{

/* Ask, and hear.  The first time it also connects.  Returns: "", or what the library says went
 * wrong */
using Call = std::function<std::string()>;

/* @authority_path: "" for plain HTTP */
Call curl_client(int port, const std::string &authority_path);
Call c_glib_client(int port);
Call cpp_client(int port);

/* What the two sockets of Thrift send and hear. */
inline constexpr char THRIFT_REQUEST[] = "ask\n";
inline constexpr char THRIFT_ANSWER[] = "hear\n";

} // namespace weft_test
