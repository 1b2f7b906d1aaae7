#include "CWebSockets.h"

#include <libwebsockets.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { PROXIES = 4 };

struct mr_ws_loop {
    struct lws_context *context;
    struct lws_vhost *direct;
    // A proxy belongs to a virtual host in libwebsockets, and is looked at while a link is being opened.
    struct lws_vhost *through[PROXIES];
    char *proxies[PROXIES];
    unsigned proxy_count;
    char *ca_file;
    char *user_agent;
    uint32_t tick_milliseconds;
    lws_sorted_usec_list_t tick;
    mr_ws_event event;
    void *owner;
};

const size_t mr_ws_room = LWS_PRE;

// No pings and no hang-ups of libwebsockets' own: who owns the links decides on both.
static const lws_retry_bo_t no_policy = {.secs_since_valid_ping = 0, .secs_since_valid_hangup = 0};

static int32_t tell(struct lws *wsi, int32_t event, const void *bytes, size_t length, int32_t detail) {
    mr_ws_loop *loop = lws_context_user(lws_get_context(wsi));
    uint64_t number = (uint64_t)(uintptr_t)lws_wsi_user(wsi);
    return number ? loop->event(loop->owner, number, wsi, event, bytes, length, detail) : 0;
}

static int add_user_agent(struct lws *wsi, void *in, size_t room) {
    mr_ws_loop *loop = lws_context_user(lws_get_context(wsi));
    unsigned char **end = in;
    return lws_add_http_header_by_token(
        wsi, WSI_TOKEN_HTTP_USER_AGENT, (const unsigned char *)loop->user_agent, (int)strlen(loop->user_agent), end, *end + room);
}

static int peer_closes(struct lws *wsi, const uint8_t *bytes, size_t length) {
    if (length < 2) return tell(wsi, MR_WS_PEER_CLOSES, NULL, 0, 0);
    return tell(wsi, MR_WS_PEER_CLOSES, bytes + 2, length - 2, bytes[0] << 8 | bytes[1]);
}

static int call_back(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t length) {
    switch (reason) {
    case LWS_CALLBACK_CLIENT_RECEIVE: {
        int last = lws_is_final_fragment(wsi) && lws_remaining_packet_payload(wsi) == 0;
        return tell(wsi, MR_WS_BYTES, in, length, (lws_is_first_fragment(wsi) ? MR_WS_FIRST : 0) | (last ? MR_WS_LAST : 0));
    }
    case LWS_CALLBACK_CLIENT_RECEIVE_PONG: return tell(wsi, MR_WS_PONG, NULL, 0, 0);
    case LWS_CALLBACK_CLIENT_WRITEABLE: return tell(wsi, MR_WS_WRITEABLE, NULL, 0, 0);
    case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
        if (tell(wsi, MR_WS_HANDSHAKE, NULL, 0, 0)) return -1;
        return add_user_agent(wsi, in, length);
    case LWS_CALLBACK_CLIENT_ESTABLISHED: return tell(wsi, MR_WS_OPENED, NULL, 0, 0);
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE: return peer_closes(wsi, in, length);
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        tell(wsi, MR_WS_FAILED, in, in ? length : 0, (int32_t)lws_http_client_http_response(wsi));
        return 0;
    case LWS_CALLBACK_CLIENT_CLOSED:
    // Whatever way a link goes: this is its last word, and the owner knows whether it has heard of the end already.
    case LWS_CALLBACK_WSI_DESTROY:
        tell(wsi, MR_WS_ENDED, NULL, 0, 0);
        return 0;
    default: return 0;
    }
}

static const struct lws_protocols protocols[] = {
    {.name = "millrace", .callback = call_back, .rx_buffer_size = 16384},
    {.name = NULL},
};

static void on_tick(lws_sorted_usec_list_t *tick) {
    mr_ws_loop *loop = lws_container_of(tick, mr_ws_loop, tick);
    lws_sul_schedule(loop->context, 0, tick, on_tick, (lws_usec_t)loop->tick_milliseconds * 1000);
    loop->event(loop->owner, 0, NULL, MR_WS_TICK, NULL, 0, 0);
}

static struct lws_vhost *make_vhost(mr_ws_loop *loop, const char *name, const char *proxy) {
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN,
        .protocols = protocols,
        .vhost_name = name,
        .options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT | (loop->ca_file ? LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS : 0),
        .client_ssl_ca_filepath = loop->ca_file,
        .alpn = "http/1.1",
        // Not NULL: libwebsockets would look into the environment.
        .http_proxy_address = proxy ? proxy : "",
        .retry_and_idle_policy = &no_policy,
    };
    return lws_create_vhost(loop->context, &info);
}

static int authorities_load(const char *path) {
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    int loads = context && SSL_CTX_load_verify_file(context, path) == 1;
    SSL_CTX_free(context);
    return loads;
}

// libwebsockets 4.1 chooses anew with each context where a connection finds itself during the check of its certificate, for the whole
// process: handshakes of other contexts that are under way then fail (its issue 2178). Only the first context may set TLS up.
static struct lws_context *create_context(struct lws_context_creation_info *info) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static int is_set_up = 0;
    pthread_mutex_lock(&lock);
    if (!is_set_up) info->options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    struct lws_context *context = lws_create_context(info);
    is_set_up |= context != NULL;
    pthread_mutex_unlock(&lock);
    return context;
}

static void free_loop(mr_ws_loop *loop) {
    if (loop->context) lws_context_destroy(loop->context);
    for (unsigned i = 0; i < loop->proxy_count; i++) free(loop->proxies[i]);
    free(loop->ca_file);
    free(loop->user_agent);
    free(loop);
}

mr_ws_loop *mr_ws_open(
    const char *ca_file, const char *user_agent, uint32_t handshake_seconds, uint32_t tick_milliseconds, mr_ws_event event, void *context,
    int32_t *fault) {
    *fault = MR_WS_CA_UNREADABLE;
    if (ca_file && !authorities_load(ca_file)) return NULL;
    *fault = MR_WS_NO_START;
    mr_ws_loop *loop = calloc(1, sizeof *loop);
    if (!loop) return NULL;
    loop->event = event;
    loop->owner = context;
    loop->tick_milliseconds = tick_milliseconds;
    loop->ca_file = ca_file ? strdup(ca_file) : NULL;
    loop->user_agent = strdup(user_agent);
    lws_set_log_level(0, NULL);
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN,
        .options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS,
        .user = loop,
        .timeout_secs = handshake_seconds,
        // What is read at once, and the room for the request's headers.
        .pt_serv_buf_size = 65536,
        .max_http_header_data = 16384,
        .retry_and_idle_policy = &no_policy,
    };
    struct rlimit files;
    // Its tables are as long as the limit on descriptors, which containers set as high as 2^30.
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur > 1 << 21) info.fd_limit_per_thread = 1 << 16;
    loop->context = create_context(&info);
    if (loop->context) loop->direct = make_vhost(loop, "direct", NULL);
    if (!loop->direct || !loop->user_agent || (ca_file && !loop->ca_file)) {
        free_loop(loop);
        return NULL;
    }
    lws_sul_schedule(loop->context, 0, &loop->tick, on_tick, (lws_usec_t)tick_milliseconds * 1000);
    *fault = 0;
    return loop;
}

void mr_ws_close(mr_ws_loop *loop) { free_loop(loop); }

int32_t mr_ws_serve(mr_ws_loop *loop) { return lws_service(loop->context, 0); }

void mr_ws_wake(mr_ws_loop *loop) { lws_cancel_service(loop->context); }

static struct lws_vhost *vhost_through(mr_ws_loop *loop, const char *proxy) {
    for (unsigned i = 0; i < loop->proxy_count; i++) {
        if (strcmp(loop->proxies[i], proxy) == 0) return loop->through[i];
    }
    char *copy = strdup(proxy);
    if (!copy) return NULL;
    if (loop->proxy_count < PROXIES) {
        char name[] = "proxy-0";
        name[sizeof name - 2] += (char)loop->proxy_count;
        struct lws_vhost *vhost = make_vhost(loop, name, proxy);
        if (!vhost) {
            free(copy);
            return NULL;
        }
        loop->through[loop->proxy_count] = vhost;
        loop->proxies[loop->proxy_count++] = copy;
        return vhost;
    }
    // A proxy whose address keeps changing takes over the last place.
    free(loop->proxies[PROXIES - 1]);
    loop->proxies[PROXIES - 1] = copy;
    lws_set_proxy(loop->through[PROXIES - 1], proxy);
    return loop->through[PROXIES - 1];
}

mr_ws_link *mr_ws_connect(
    mr_ws_loop *loop, uint64_t number, const char *address, uint16_t port, const char *host, const char *path, int32_t tls,
    int32_t checks_name, const char *proxy) {
    struct lws_vhost *vhost = proxy ? vhost_through(loop, proxy) : loop->direct;
    if (!vhost) return NULL;
    struct lws_client_connect_info info = {
        .context = loop->context,
        .vhost = vhost,
        .address = address,
        .port = port,
        .host = host,
        .path = path,
        .ssl_connection = LCCSCF_HTTP_NO_FOLLOW_REDIRECT
            | (tls ? LCCSCF_USE_SSL | (checks_name ? 0 : LCCSCF_SKIP_SERVER_CERT_HOSTNAME_CHECK) : 0),
        .local_protocol_name = protocols[0].name,
        .userdata = (void *)(uintptr_t)number,
        .alpn = "http/1.1",
        .retry_and_idle_policy = &no_policy,
    };
    return lws_client_connect_via_info(&info);
}

int32_t mr_ws_certificate_is_for(mr_ws_link *link, const char *address) {
    SSL *ssl = lws_get_ssl(link);
    X509 *certificate = ssl ? SSL_get1_peer_certificate(ssl) : NULL;
    int matches = certificate && X509_check_ip_asc(certificate, address, 0) == 1;
    X509_free(certificate);
    return matches;
}

void mr_ws_want_write(mr_ws_link *link) { lws_callback_on_writable(link); }

int32_t mr_ws_write(mr_ws_link *link, int32_t kind, uint8_t *bytes, size_t length) {
    int written = lws_write(link, bytes, length, kind == MR_WS_PING ? LWS_WRITE_PING : LWS_WRITE_TEXT);
    return written < 0 || (size_t)written < length ? -1 : 0;
}

void mr_ws_set_close_code(mr_ws_link *link, uint16_t code) { lws_close_reason(link, (enum lws_close_status)code, NULL, 0); }

void mr_ws_end(mr_ws_link *link) { lws_set_timeout(link, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC); }
