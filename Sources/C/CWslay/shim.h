#pragma once
#include <wslay/wslay.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

// What Swift cannot import, or only clumsily: epoll's packed events, eventfd's flags.

static inline int millrace_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

static inline int millrace_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

// Adds a descriptor (`operation` 1) or changes what is waited for (3); what is ready is told by `id`.
static inline int millrace_epoll_set(int queue, int operation, int descriptor, int reading, int writing, uint64_t id) {
    struct epoll_event event;
    event.events = (reading ? EPOLLIN | EPOLLRDHUP : 0) | (writing ? EPOLLOUT : 0);
    event.data.u64 = id;
    return epoll_ctl(queue, operation, descriptor, &event);
}

static inline int millrace_epoll_remove(int queue, int descriptor) { return epoll_ctl(queue, EPOLL_CTL_DEL, descriptor, 0); }

// Waits for events and writes their ids; returns how many there are, or -1.
static inline int millrace_epoll_wait(int queue, uint64_t *ids, int room, int milliseconds) {
    struct epoll_event events[64];
    int count = epoll_wait(queue, events, room < 64 ? room : 64, milliseconds);
    for (int index = 0; index < count; index++) ids[index] = events[index].data.u64;
    return count;
}
