//===- Isolate.cpp - tests in processes of their own ----------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/kit/Isolate.h"

#include "runtime/PlainText.h"
#include "tools/kit/Environment.h"
#include "tools/kit/Guarded.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <optional>

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace fovea;
using namespace fovea::kit;
using Clock = std::chrono::steady_clock;

void kit::wrong(std::string text) { throw Wrong{std::move(text)}; }
void kit::refuse(std::string text) { throw Wrong{std::move(text), true}; }

static double secondsSince(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

//===----------------------------------------------------------------------===//
// Records: a kind, the number of fields, and each with its length before it
//===----------------------------------------------------------------------===//

static constexpr char beginRecord = 'B', endRecord = 'E', noteRecord = 'N',
                      contentsRecord = 'C', impossibleRecord = 'I',
                      finishRecord = 'F';

static void append(std::string &to, uint32_t number) {
  to.append(reinterpret_cast<const char *>(&number), sizeof number);
}

void Recorder::send(char kind, std::initializer_list<std::string> fields) {
  endIfCopy();
  std::string bytes(1, kind);
  append(bytes, static_cast<uint32_t>(fields.size()));
  for (const std::string &field : fields) {
    append(bytes, static_cast<uint32_t>(field.size()));
    bytes += field;
  }
  for (size_t at = 0; at < bytes.size();) {
    const ssize_t count = write(pipe, bytes.data() + at, bytes.size() - at);
    if (count < 0 && errno != EINTR)
      _exit(1);
    at += count > 0 ? static_cast<size_t>(count) : 0;
  }
}

namespace {
struct Record {
  char kind;
  std::vector<std::string> fields;
};

/// Takes the first record off `bytes`, if it is all there.
std::optional<Record> take(std::string &bytes) {
  size_t at = 1;
  auto number = [&](uint32_t &value) {
    if (bytes.size() < at + sizeof value)
      return false;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    at += sizeof value;
    return true;
  };
  uint32_t count = 0;
  if (bytes.empty() || !number(count))
    return std::nullopt;
  Record record{bytes[0], {}};
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t length = 0;
    if (!number(length) || bytes.size() < at + length)
      return std::nullopt;
    record.fields.push_back(bytes.substr(at, length));
    at += length;
  }
  bytes.erase(0, at);
  return record;
}
} // namespace

//===----------------------------------------------------------------------===//
// The child
//===----------------------------------------------------------------------===//

static SharedPage *pageOfChild = nullptr;
static pid_t pidOfChild = 0;
/// What this process is in, whatever becomes of the page.
static std::atomic<const char *> phaseOfProcess = "";

void kit::showPhase(SharedPage &page, const char *phase) {
  phaseOfProcess = phase;
  std::snprintf(page.phase, sizeof page.phase, "%s", phase);
}

void kit::endIfCopy() {
  if (getpid() == pidOfChild)
    return;
  const char *phase = phaseOfProcess;
  std::snprintf(pageOfChild->forked, sizeof pageOfChild->forked, "%s",
                *phase ? phase : "fovea_plugin_entry");
  _exit(1);
}

std::string Recorder::faultOfProcess(size_t children) const {
  // One that was started a moment ago may still be on its way back.
  for (int i = 0;
       i < 20 && !page.forked[0] && childProcesses().size() > children; ++i)
    usleep(5000);
  if (page.forked[0]) {
    const std::string function = page.forked;
    page.forked[0] = '\0';
    return "`" + function +
           "` forks, and the copy comes back, or calls `exit`: it may only "
           "become another program, or call `_exit`";
  }
  if (const std::string change = surroundings.undoChange(); !change.empty())
    return "it changes " + change + "; that is the host's";
  return "";
}

bool Recorder::test(int level, const std::string &name,
                    const std::function<void()> &body) {
  if (next++ < done.size())
    return done[next - 1] == State::Passed;
  send(beginRecord, {std::to_string(level), name});
  const size_t children = childProcesses().size();
  State state = State::Passed;
  std::string text;
  try {
    body();
    text = pending ? pending() : "";
    if (text.empty())
      text = faultOfProcess(children);
    if (!text.empty())
      state = State::Failed;
  } catch (const Wrong &fault) {
    state = fault.isRefusal ? State::Refused : State::Failed;
    text = fault.text;
    // It ends with the test that it happened in.
    if (pending)
      pending();
  } catch (const std::exception &fault) {
    state = State::Failed;
    text = std::string("the kit itself failed: ") + fault.what();
  }
  // A plugin's own words are in it.
  send(endRecord, {std::to_string(static_cast<int>(state)), plainText(text)});
  return state == State::Passed;
}

void Recorder::note(const std::string &name, const std::string &value) {
  send(noteRecord, {name, plainText(value)});
}

void Recorder::contents(const Contents &contents) {
  std::string list;
  for (const Feature &feature : contents.features)
    list += feature.kind + '\t' + feature.name + '\t' + feature.dtype + '\n';
  send(contentsRecord, {std::to_string(contents.ops), list});
}

void Recorder::impossible(const Status &status) {
  send(impossibleRecord, {std::to_string(static_cast<int>(status.code())),
                          status.message(), status.fix()});
}

void Recorder::finish() { send(finishRecord, {}); }

/// Processes that a plugin has left would hold what this one was given open.
static void endChildren() {
  for (pid_t left : childProcesses())
    kill(left, SIGKILL);
}

void Recorder::end(int level, const std::string &name) {
  if (next < done.size()) {
    finish();
    _exit(0);
  }
  endChildren();
  send(beginRecord, {std::to_string(level), name});
  page.mayExit = true;
  std::snprintf(page.phase, sizeof page.phase, "exit");
  std::exit(0);
}

/// What was written to the file that stands for stdout; empty if nothing was.
static std::string writtenTo(int output) {
  char bytes[64];
  const ssize_t count = pread(output, bytes, sizeof bytes, 0);
  if (count <= 0)
    return "";
  const std::string text(bytes, static_cast<size_t>(count));
  return "something is written to stdout, which belongs to results: `" +
         plainText(text.substr(0, text.find('\n'))) +
         "`; log through fovea_host::log";
}

/// What was done in this process to stdout, for which `output` stands.
static std::string faultOfStdout(int output) {
  std::fflush(stdout);
  struct stat ours = {}, now = {};
  fstat(output, &ours);
  if (fstat(STDOUT_FILENO, &now) != 0 || now.st_ino != ours.st_ino ||
      now.st_dev != ours.st_dev)
    return "stdout, which belongs to results, is closed";
  return writtenTo(output);
}

/// What belongs to a plugin has run by now.
static void lastWordsOfExit() {
  endIfCopy();
  if (pageOfChild->mayExit)
    return;
  notePhase();
  pageOfChild->hasExited = true;
  _exit(0);
}

/// noexcept: what escaped would go on as the parent.
[[noreturn]] static void beChild(const Group &group, SharedPage &page, int pipe,
                                 int output, pid_t parent,
                                 std::vector<State> done) noexcept {
  setpgid(0, 0);
  // Processes of a plugin that outlive who started them become this one's.
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  // Whoever interrupts the parent does not know of this group.
  std::signal(SIGHUP, [](int) { kill(0, SIGKILL); });
  prctl(PR_SET_PDEATHSIG, SIGHUP);
  if (getppid() != parent)
    _exit(1);
  pageOfChild = &page;
  pidOfChild = getpid();
  std::atexit(lastWordsOfExit);
  watchFaults(page);
  dup2(output, STDOUT_FILENO);
  Recorder recorder(pipe, page, std::move(done));
  group.body(recorder);
  recorder.pending = {};
  if (const std::string text = faultOfStdout(output); !text.empty())
    recorder.test(0, "stdout", [&] { wrong(text); });
  endChildren();
  recorder.finish();
  _exit(0);
}

//===----------------------------------------------------------------------===//
// The parent
//===----------------------------------------------------------------------===//

static constexpr const char *clearedLine = "\r\033[K";

void Progress::show(const std::string &group, const std::string &test) {
  const double seconds = secondsSince(begin);
  if (seconds < 1 || !isatty(STDERR_FILENO))
    return;
  std::string text = group + (test.empty() ? "" : ", ") + test;
  // It has to stay on its line.
  text.resize(std::min<size_t>(text.size(), 60));
  std::fprintf(stderr, "%s%.0f s  %s", clearedLine, seconds, text.c_str());
  std::fflush(stderr);
  isShown = true;
}

Progress::~Progress() {
  if (isShown)
    std::fputs(clearedLine, stderr);
}

static std::string inPhase(const SharedPage &page) {
  return page.phase[0] ? std::string(" in `") + page.phase + "`" : "";
}

/// Whether it has; it is not reaped, so that its number stays its own.
static bool hasEnded(pid_t child) {
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(child), &info,
                WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == child;
}

/// How a child ended that did not finish.
static std::string lastWords(int status, bool isLate, const SharedPage &page) {
  if (isLate)
    return "hangs: no answer after " +
           std::to_string(static_cast<int>(Isolation::secondsPerStep)) + " s" +
           inPhase(page);
  if (WIFSIGNALED(status)) {
    const char *name = sigabbrev_np(WTERMSIG(status));
    std::string text =
        std::string("crashed: SIG") + (name ? name : "?") + inPhase(page);
    if (page.fault[0])
      text += std::string(": ") + page.fault;
    return text;
  }
  if (page.hasExited)
    return "called `exit`" + inPhase(page);
  return "ended the process with status " +
         std::to_string(WEXITSTATUS(status)) + inPhase(page);
}

static Contents contentsOf(const std::string &group, const Record &record) {
  Contents contents{group, std::stoul(record.fields[0]), {}};
  const std::string &list = record.fields[1];
  for (size_t at = 0; at < list.size();) {
    const size_t first = list.find('\t', at),
                 second = list.find('\t', first + 1),
                 end = list.find('\n', second);
    contents.features.push_back({list.substr(at, first - at),
                                 list.substr(first + 1, second - first - 1),
                                 list.substr(second + 1, end - second - 1)});
    at = end + 1;
  }
  return contents;
}

Expected<bool> Isolation::runChild(const Group &group, SharedPage &page,
                                   std::vector<State> &done) {
  int ends[2];
  // A child that ends by exit writes what it finds in buffers.
  std::fflush(nullptr);
  page = {};
  if (pipe2(ends, O_CLOEXEC) != 0)
    return Status::error(StatusCode::Io, std::string("there is no pipe: ") +
                                             std::strerror(errno));
  const int output = memfd_create("stdout", MFD_CLOEXEC);
  const pid_t parent = getpid(), child = fork();
  if (child == 0)
    beChild(group, page, ends[1], output, parent, done);
  close(ends[1]);
  if (child < 0) {
    close(ends[0]);
    close(output);
    return Status::error(StatusCode::Io, std::string("there is no process: ") +
                                             std::strerror(errno));
  }
  const bool isFirst = done.empty();
  std::optional<Outcome> current;
  Status impossible = Status::ok();
  bool isFinished = false, isLate = false;
  auto handle = [&](const Record &record) {
    switch (record.kind) {
    case beginRecord:
      current = Outcome{std::stoi(record.fields[0]),
                        group.name,
                        record.fields[1],
                        State::Failed,
                        "",
                        0};
      break;
    case endRecord:
      current->state = static_cast<State>(std::stoi(record.fields[0]));
      current->text = record.fields[1];
      break;
    case noteRecord:
      if (isFirst)
        results.notes.emplace_back(record.fields[0], record.fields[1]);
      break;
    case contentsRecord:
      if (isFirst)
        results.contents.push_back(contentsOf(group.name, record));
      break;
    case impossibleRecord:
      impossible =
          Status::error(static_cast<StatusCode>(std::stoi(record.fields[0])),
                        record.fields[1], record.fields[2]);
      break;
    default:
      isFinished = true;
    }
  };
  auto keep = [&](Outcome outcome, double seconds) {
    outcome.seconds = seconds;
    done.push_back(outcome.state);
    results.outcomes.push_back(std::move(outcome));
  };

  constexpr int milliseconds = 100;
  std::string bytes;
  auto begin = Clock::now(), heard = begin;
  uint64_t steps = 0;
  while (!isFinished) {
    if (const uint64_t now = std::atomic_ref(page.steps).load();
        now != std::exchange(steps, now))
      heard = Clock::now();
    // The pipe has no end as long as a process of the plugin's holds it. What
    // the child wrote before it ended is there by now.
    const bool isDead = hasEnded(child);
    pollfd wait = {ends[0], POLLIN, 0};
    const int ready = poll(&wait, 1, isDead ? 0 : milliseconds);
    progress.show(group.name, current ? current->test : "");
    if (ready < 0 && errno == EINTR)
      continue;
    if (ready == 0) {
      isLate = !isDead && secondsSince(heard) > secondsPerStep;
      if (isDead || isLate)
        break;
      continue;
    }
    char buffer[4096];
    const ssize_t count = read(ends[0], buffer, sizeof buffer);
    if (count <= 0)
      break;
    bytes.append(buffer, static_cast<size_t>(count));
    while (std::optional<Record> record = take(bytes)) {
      handle(*record);
      if (record->kind == endRecord)
        keep(*std::exchange(current, std::nullopt), secondsSince(begin));
      begin = heard = Clock::now();
    }
  }
  close(ends[0]);
  // Where it hangs without the kit's knowing, it knows itself.
  if (isLate && !page.phase[0]) {
    kill(child, SIGQUIT);
    usleep(milliseconds * 1000);
  }
  // What it started goes with it.
  kill(-child, SIGKILL);
  kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR)
    ;
  const std::string text = writtenTo(output);
  close(output);
  if (impossible.failed())
    return impossible;
  if (isFinished)
    return false;
  if (page.mayExit && current && !isLate && status == 0) {
    current->state = text.empty() ? State::Passed : State::Failed;
    current->text = text;
    keep(*std::move(current), secondsSince(begin));
    return false;
  }
  ++deaths;
  hangs += isLate;
  Outcome outcome = current.value_or(
      Outcome{group.level, group.name, "between tests", State::Failed, "", 0});
  outcome.state = State::Failed;
  outcome.text = lastWords(status, isLate, page);
  const bool wasTest = current.has_value();
  keep(std::move(outcome), secondsSince(begin));
  // A plugin that dies outside of a test would do so for ever.
  return wasTest && !isOver() && ++deathsOfGroup < mostDeathsOfGroup;
}

Status Isolation::run(const Group &group) {
  if (isOver()) {
    results.outcomes.push_back({group.level, group.name, "all", State::NotRun,
                                "too many crashes before", 0});
    return Status::ok();
  }
  void *memory = mmap(nullptr, sizeof(SharedPage), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    return Status::error(StatusCode::Io, "there is no shared memory");
  auto &page = *static_cast<SharedPage *>(memory);
  std::vector<State> done;
  Status status = Status::ok();
  deathsOfGroup = 0;
  for (bool goesOn = true; goesOn;) {
    const int before = deaths;
    Expected<bool> more = runChild(group, page, done);
    status = more.status();
    goesOn = more && *more;
    if (more && !goesOn && deaths > before)
      results.outcomes.push_back({group.level, group.name, "the rest",
                                  State::NotRun, "too many crashes before", 0});
  }
  munmap(memory, sizeof(SharedPage));
  return status;
}
