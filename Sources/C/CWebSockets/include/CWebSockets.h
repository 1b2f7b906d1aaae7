// A narrow C face on libwebsockets' client: one loop, many links, one callback.
//
// Everything but mr_ws_wake is called from the one thread that serves the loop. No extension is ever offered: in libwebsockets 4.1 a peer
// that uses permessage-deflate wrongly can end the process.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mr_ws_loop mr_ws_loop;

/// A link of libwebsockets; not to be used after MR_WS_ENDED or MR_WS_FAILED, nor after `mr_ws_connect` gave NULL.
typedef struct lws mr_ws_link;

enum {
    /// The link is open.
    MR_WS_OPENED = 1,
    /// Bytes of a message; `detail` holds MR_WS_FIRST and MR_WS_LAST.
    MR_WS_BYTES = 2,
    MR_WS_PONG = 3,
    /// One frame may be written now.
    MR_WS_WRITEABLE = 4,
    /// The peer wants to close; `detail` is its code, or 0, and the bytes are its reason.
    MR_WS_PEER_CLOSES = 5,
    /// An open link has ended.
    MR_WS_ENDED = 6,
    /// A link could not be opened; the bytes say why, and `detail` is the HTTP status that refused it, or 0.
    MR_WS_FAILED = 7,
    /// TCP and TLS are up and the upgrade is about to be asked for.
    MR_WS_HANDSHAKE = 8,
    /// Time has passed; no link.
    MR_WS_TICK = 9,
};

enum { MR_WS_FIRST = 1, MR_WS_LAST = 2 };
enum { MR_WS_TEXT = 0, MR_WS_PING = 1 };
enum { MR_WS_CA_UNREADABLE = 1, MR_WS_NO_START = 2 };

/// Bytes that must be writable before the payload of a frame that is sent.
extern const size_t mr_ws_room;

/// Something happened to the link that was given this number. A result other than 0 ends the link.
typedef int32_t (*mr_ws_event)(
    void *context, uint64_t number, mr_ws_link *link, int32_t event, const void *bytes, size_t length, int32_t detail);

/// Starts a loop, or gives NULL with a fault. `ca_file` takes the place of the system's authorities; NULL keeps those.
mr_ws_loop *mr_ws_open(
    const char *ca_file, const char *user_agent, uint32_t handshake_seconds, uint32_t tick_milliseconds, mr_ws_event event, void *context,
    int32_t *fault);

/// Ends all links without a word and frees the loop.
void mr_ws_close(mr_ws_loop *loop);

/// Waits for something to happen, and calls back for all that did. Less than 0: the loop is broken.
int32_t mr_ws_serve(mr_ws_loop *loop);

/// Makes a waiting mr_ws_serve return soon; from any thread.
void mr_ws_wake(mr_ws_loop *loop);

/// Begins to connect to `address`, which has to be numeric unless there is a proxy; NULL when that failed, with or without MR_WS_FAILED.
///
/// `host` is what the Host header says; TLS asks for it and, where `checks_name`, checks the certificate against it. `proxy` is NULL or
/// `user:password@1.2.3.4:3128`.
mr_ws_link *mr_ws_connect(
    mr_ws_loop *loop, uint64_t number, const char *address, uint16_t port, const char *host, const char *path, int32_t tls,
    int32_t checks_name, const char *proxy);

/// Whether the peer's certificate is for this numeric address.
int32_t mr_ws_certificate_is_for(mr_ws_link *link, const char *address);

/// Asks for MR_WS_WRITEABLE.
void mr_ws_want_write(mr_ws_link *link);

/// Writes one frame, once for each MR_WS_WRITEABLE; there are `mr_ws_room` writable bytes before it. 0 when it is sent or will be.
int32_t mr_ws_write(mr_ws_link *link, int32_t kind, uint8_t *bytes, size_t length);

/// The code of the close frame that goes out when the link is ended by a callback's result.
void mr_ws_set_close_code(mr_ws_link *link, uint16_t code);

/// Ends a link soon, whatever it is doing; it says so by MR_WS_ENDED or MR_WS_FAILED.
void mr_ws_end(mr_ws_link *link);

#ifdef __cplusplus
}
#endif
