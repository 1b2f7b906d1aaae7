#pragma once
#include <microhttpd.h>

// What Swift cannot import: C variadic functions.

static inline struct MHD_Daemon *millrace_mhd_start(unsigned int flags, MHD_AcceptPolicyCallback policy,
                                                    MHD_AccessHandlerCallback handler, void *context,
                                                    struct MHD_OptionItem *options) {
    return MHD_start_daemon(flags, 0, policy, context, handler, context, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}

// The context that NOTIFY_CONNECTION left with the connection, or NULL.
static inline void *millrace_mhd_socket_context(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

// The connection's socket, or -1.
static inline int millrace_mhd_socket(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

// How many bytes the request line and the headers of the request at hand have, with the line breaks; 0 before they are whole.
static inline size_t millrace_mhd_header_size(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return info ? info->header_size : 0;
}

// Gives an upgraded connection's socket back to be closed.
static inline void millrace_mhd_close_upgraded(struct MHD_UpgradeResponseHandle *handle) {
    MHD_upgrade_action(handle, MHD_UPGRADE_ACTION_CLOSE);
}

// Has a response of unknown size end with its connection instead of coming in chunks.
static inline enum MHD_Result millrace_mhd_end_by_closing(struct MHD_Response *response) {
    return MHD_set_response_options(response, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
}
