//===- LargeStack.cpp - a call with room for deep recursion ---------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/reference/LargeStack.h"

#include <pthread.h>

using namespace fovea;

static void *callBody(void *body) {
  (*static_cast<const std::function<void()> *>(body))();
  return nullptr;
}

Status reference::onLargeStack(size_t bytes,
                               const std::function<void()> &body) {
  constexpr size_t page = 1 << 16; // of every system
  bytes = (bytes + page - 1) / page * page;
  pthread_attr_t attributes;
  pthread_t thread;
  bool started = false;
  if (pthread_attr_init(&attributes) == 0) {
    started = pthread_attr_setstacksize(&attributes, bytes) == 0 &&
              pthread_create(&thread, &attributes, callBody,
                             const_cast<std::function<void()> *>(&body)) == 0;
    pthread_attr_destroy(&attributes);
  }
  if (!started)
    return Status::error(StatusCode::Backend,
                         "cannot start a thread with a stack of " +
                             std::to_string(bytes) + " bytes");
  pthread_join(thread, nullptr);
  return Status::ok();
}
