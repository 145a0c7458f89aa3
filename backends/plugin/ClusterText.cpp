//===- ClusterText.cpp - clusters as text for people ----------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/plugin/ClusterText.h"

#include "backends/plugin/Opcodes.h"
#include "runtime/DType.h"
#include "runtime/PlainText.h"
#include "runtime/Print.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <map>

using namespace fovea;
using namespace fovea::plugin;

static constexpr const char *joins[] = {"sum", "prod", "max",    "min",
                                        "any", "all",  "argmax", "argmin"};
static constexpr const char *predicates[] = {"lt", "le", "gt",
                                             "ge", "eq", "ne"};
static constexpr const char *hards[] = {"soft", "hard 0", "hard -inf"};
static constexpr const char *distributions[] = {"uniform", "normal"};

static std::string dtypeText(fovea_dtype dtype) {
  return std::string(name(*dtypeFromC(dtype)));
}

/// As few digits as tell the number from others.
static std::string numberText(double number) {
  char text[64];
  const auto end = std::to_chars(text, text + sizeof text, number).ptr;
  return {text, end};
}

namespace {
class Writer {
public:
  explicit Writer(const Cluster &cluster);
  std::string write();

private:
  const std::string &axis(uint32_t number) const { return axisNames[number]; }
  std::string size(uint32_t number) const;
  std::string port(const std::vector<fovea_port> &ports, uint32_t number) const;
  std::string op(const fovea_op &op) const;
  std::string values(const fovea_op &op) const;
  std::string remarks(const fovea_op &op) const;
  void writeSizes();
  void writePorts(const char *what, const std::vector<fovea_port> &ports);
  void writeFold(uint32_t number);

  /// `each` of the numbers of a list with commas between.
  template <class Fn> std::string listed(fovea_list list, Fn each) const {
    std::string text;
    for (uint32_t number : c.list(list))
      text += (text.empty() ? "" : ", ") + each(number);
    return text;
  }
  std::string axes(fovea_list list) const {
    return listed(list, [&](uint32_t number) { return axis(number); });
  }
  static std::string number(uint32_t number) { return std::to_string(number); }
  static std::string opOrNone(uint32_t op) {
    return op == FOVEA_NONE ? "none" : std::to_string(op);
  }
  std::string userText(uint32_t offset) const {
    return plainText(c.string(offset));
  }

  void line(const std::string &text) { out += text + "\n"; }

  const Cluster &c;
  std::vector<std::string> axisNames;
  std::string out;
};
} // namespace

Writer::Writer(const Cluster &cluster) : c(cluster) {
  std::map<std::string, uint32_t> count;
  for (const fovea_axis &axis : c.axes)
    ++count[userText(axis.name)];
  for (uint32_t i = 0; i < c.axes.size(); ++i) {
    std::string name = userText(c.axes[i].name);
    if (count[name] > 1 || name.empty())
      name += "#" + std::to_string(i);
    axisNames.push_back(std::move(name));
  }
}

/// A number, a dimension, or the number of a formula.
std::string Writer::size(uint32_t number) const {
  const fovea_size &one = c.sizes[number];
  if (one.kind == FOVEA_SIZE_CONSTANT)
    return std::to_string(one.value);
  if (one.kind == FOVEA_SIZE_DIM)
    return userText(c.dims[one.a].name);
  return "size " + std::to_string(number);
}

void Writer::writeSizes() {
  static constexpr const char *signs[] = {"", "", " + ", " * ", " // ", " % "};
  for (uint32_t i = 0; i < c.sizes.size(); ++i)
    if (const fovea_size &one = c.sizes[i]; one.kind >= FOVEA_SIZE_ADD)
      line(size(i) + " = " + size(one.a) + signs[one.kind] + size(one.b));
}

std::string Writer::port(const std::vector<fovea_port> &ports,
                         uint32_t number) const {
  const std::string name = userText(ports[number].name);
  return std::to_string(number) + (name.empty() ? "" : " " + name);
}

void Writer::writePorts(const char *what,
                        const std::vector<fovea_port> &ports) {
  for (uint32_t i = 0; i < ports.size(); ++i)
    line(
        what + (" " + port(ports, i)) + ": " + dtypeText(ports[i].dtype) + "[" +
        axes(ports[i].axes) + "]" +
        (ports[i].op == FOVEA_NONE ? "" : " = " + std::to_string(ports[i].op)));
}

/// The first elements of a literal.
std::string Writer::values(const fovea_op &op) const {
  constexpr int64_t most = 8;
  int64_t count = 1;
  for (uint32_t axis : c.list(op.over))
    count *= c.sizes[c.axes[axis].size].value;
  const char *data =
      reinterpret_cast<const char *>(c.bytes.data()) + op.integer;
  const Tensor all =
      Tensor::view(const_cast<char *>(data), *dtypeFromC(op.dtype), {count});
  std::string text;
  for (int64_t i = 0; i < std::min(count, most); ++i)
    text += (i ? ", " : "") + elementText(all, i);
  return "[" + text + (count > most ? ", ..." : "") + "]";
}

std::string Writer::op(const fovea_op &op) const {
  std::string text(nameOfOpcode(op.opcode));
  const std::string integer = std::to_string(op.integer);
  const std::string fold = " of fold " + std::to_string(op.selector);
  switch (op.opcode) {
  case FOVEA_OP_INPUT:
    return text + " " + port(c.inputs, op.selector);
  case FOVEA_OP_CONSTANT:
    return text + " " +
           (isFloat(*dtypeFromC(op.dtype)) ? numberText(op.number) : integer);
  case FOVEA_OP_LITERAL:
    return text + " " + values(op) + " along " + axes(op.over);
  case FOVEA_OP_SIZE:
    return text + " " + size(op.selector);
  case FOVEA_OP_INDEX:
    return text + " " + axes(op.over);
  case FOVEA_OP_ACCUMULATOR:
  case FOVEA_OP_GAUGE:
  case FOVEA_OP_OLD_ACCUMULATOR:
  case FOVEA_OP_OLD_GAUGE:
    return text + " " + integer + fold;
  case FOVEA_OP_FOLD:
    return "result " + integer + fold;
  case FOVEA_OP_REDUCE:
    text += " " + std::string(joins[op.selector]);
    break;
  case FOVEA_OP_SELECT:
    text +=
        op.selector ? " (else " + std::string(hards[op.selector]) + ")" : "";
    break;
  case FOVEA_OP_COMPARE:
    text += " " + std::string(predicates[op.selector]);
    break;
  case FOVEA_OP_RANDOM:
    text += " " + std::string(distributions[op.selector]);
    break;
  default:
    break;
  }
  text += " " + listed(op.operands, number);
  return op.over.count ? text + " along " + axes(op.over) : text;
}

/// Flags, limits of integers, and where it comes from.
std::string Writer::remarks(const fovea_op &op) const {
  std::string text;
  for (auto [flag, words] : {std::pair(FOVEA_OP_MAY_BE_ZERO, "may be hard 0"),
                             {FOVEA_OP_MAY_BE_NEGINF, "may be hard -inf"},
                             {FOVEA_OP_MAY_FAIL, "may fail"},
                             {FOVEA_OP_STORED, "stored"}})
    if (op.flags & flag)
      text += std::string(", ") + words;
  const fovea_op plain = plainOp(op.opcode, op.dtype);
  // Those of a number and of a coordinate are plain to see.
  const bool isBounded =
      op.opcode != FOVEA_OP_CONSTANT && op.opcode != FOVEA_OP_INDEX;
  if (isBounded && (op.low > plain.low || op.high < plain.high))
    text += ", " + (op.low > plain.low ? std::to_string(op.low) : "") + " .. " +
            (op.high < plain.high ? std::to_string(op.high) : "");
  if (const std::string name = userText(op.name); !name.empty())
    text += ", `" + name + "`";
  if (op.place != FOVEA_NONE)
    text += ", line " + std::to_string(c.places[op.place].line);
  return text;
}

void Writer::writeFold(uint32_t number) {
  const fovea_fold &fold = c.folds[number];
  line("fold " + std::to_string(number) + " along " + axes(fold.axes));
  for (uint32_t i = 0; i < fold.accumulators.count; ++i) {
    const fovea_accumulator &one = c.accumulators[fold.accumulators.first + i];
    line("  accumulator " + std::to_string(i) + "  " + joins[one.join] + " " +
         dtypeText(one.dtype) + "[" + axes(one.axes) + "] of " +
         std::to_string(one.element) + ", guard " + opOrNone(one.guard) +
         ", repair " + std::to_string(one.repair) + ", sees gauges before " +
         std::to_string(one.gauges));
    for (uint32_t r = 0; r < one.ranges.count; ++r) {
      const fovea_range &range = c.ranges[one.ranges.first + r];
      line("    range " + axis(range.axis) + " from " + opOrNone(range.lo) +
           " to before " + opOrNone(range.hi) + (range.exact ? ", exact" : ""));
    }
  }
  for (uint32_t i = 0; i < fold.gauges.count; ++i) {
    const fovea_gauge &one = c.gauges[fold.gauges.first + i];
    line("  gauge " + std::to_string(i) + "  " + dtypeText(one.dtype) + "[" +
         axes(one.axes) + "] = " + std::to_string(one.value) +
         ", after the accumulators before " + std::to_string(one.after));
  }
  line("  results " + listed(fold.results, Writer::number));
}

std::string Writer::write() {
  std::string dims;
  for (const fovea_dim &dim : c.dims)
    dims += (dims.empty() ? "" : ", ") + userText(dim.name);
  line("dims " + (dims.empty() ? "none" : dims));
  writeSizes();
  std::string all;
  for (uint32_t i = 0; i < c.axes.size(); ++i)
    all += (all.empty() ? "" : ", ") + axis(i) + " = " + size(c.axes[i].size);
  line("axes " + (all.empty() ? "none" : all));
  writePorts("input", c.inputs);
  writePorts("output", c.outputs);
  for (uint32_t i = 0; i < c.ops.size(); ++i) {
    char head[16];
    std::snprintf(head, sizeof head, "%5u  ", i);
    line(head + op(c.ops[i]) + ": " + dtypeText(c.ops[i].dtype) + "[" +
         axes(c.ops[i].axes) + "]" + remarks(c.ops[i]));
  }
  for (uint32_t i = 0; i < c.folds.size(); ++i)
    writeFold(i);
  return std::move(out);
}

std::string plugin::text(const Cluster &cluster) {
  return Writer(cluster).write();
}
