//===- NpyHeader.cpp - what a .npy file says of itself --------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "runtime/NpyHeader.h"

#include "runtime/Print.h"
#include "runtime/Tensor.h"

#include <cctype>

using namespace fovea;
using namespace fovea::npy;

static constexpr std::string_view magic("\x93NUMPY", 6);

static Status invalid(std::string message) {
  return Status::error(StatusCode::InvalidArgument, std::move(message));
}

/// `text` with what is not plain ASCII replaced, and not too much of it.
static std::string quoted(std::string_view text) {
  std::string result;
  for (char c : text.substr(0, 40))
    result += c >= ' ' && c <= '~' ? c : '?';
  return "`" + result + (text.size() > 40 ? "...`" : "`");
}

namespace {

/// Reads the dictionary: {'descr': '<f4', 'fortran_order': False,
/// 'shape': (2, 3), } and nothing more general.
class DictParser {
public:
  DictParser(std::string_view text) : rest(text) {}

  /// The fields as they stand in the file.
  std::string descr;
  bool fortranOrder = false;
  std::vector<int64_t> shape;

  Status parse();

private:
  Status parseField(const std::string &key);
  Status parseString(std::string &value);
  Status parseDescr();
  Status parseOrder();
  Status parseShape();
  Status parseExtent();
  Status checkKeys() const;

  void skipSpace() {
    while (!rest.empty() && std::isspace(static_cast<unsigned char>(rest[0])))
      rest.remove_prefix(1);
  }
  /// Takes `token` if it comes next.
  bool take(std::string_view token) {
    skipSpace();
    if (!rest.starts_with(token))
      return false;
    rest.remove_prefix(token.size());
    return true;
  }
  Status needed(std::string_view what) const {
    return invalid("the header needs " + std::string(what) +
                   (rest.empty() ? " at its end" : " before " + quoted(rest)));
  }

  std::string_view rest;
  std::vector<std::string> seen;
};

} // namespace

Status DictParser::parse() {
  if (!take("{"))
    return invalid("the header is not a dictionary: " + quoted(rest));
  while (!take("}")) {
    std::string key;
    if (Status status = parseString(key); status.failed())
      return status;
    if (!take(":"))
      return needed("`:`");
    for (const std::string &other : seen)
      if (other == key)
        return invalid("the header has the key " + quoted(key) + " twice");
    seen.push_back(key);
    if (Status status = parseField(key); status.failed())
      return status;
    if (take(","))
      continue;
    if (!take("}"))
      return needed("`,` or `}`");
    break;
  }
  skipSpace();
  if (!rest.empty())
    return invalid("the header goes on after its dictionary: " + quoted(rest));
  return checkKeys();
}

Status DictParser::checkKeys() const {
  for (std::string_view key : {"descr", "fortran_order", "shape"}) {
    bool found = false;
    for (const std::string &other : seen)
      found |= other == key;
    if (!found)
      return invalid("the header lacks the key `" + std::string(key) + "`");
  }
  return Status::ok();
}

Status DictParser::parseField(const std::string &key) {
  if (key == "descr")
    return parseDescr();
  if (key == "fortran_order")
    return parseOrder();
  if (key == "shape")
    return parseShape();
  return invalid("the header has the unknown key " + quoted(key));
}

Status DictParser::parseString(std::string &value) {
  skipSpace();
  if (rest.empty() || (rest[0] != '\'' && rest[0] != '"'))
    return needed("a string");
  const size_t end = rest.find(rest[0], 1);
  if (end == std::string_view::npos)
    return invalid("a string in the header does not end: " + quoted(rest));
  value = rest.substr(1, end - 1);
  rest.remove_prefix(end + 1);
  return Status::ok();
}

Status DictParser::parseDescr() {
  skipSpace();
  if (rest.starts_with("[") || rest.starts_with("("))
    return Status::error(StatusCode::DType,
                         "the elements are records (a structured dtype)",
                         "save each field of it as an array of its own");
  return parseString(descr);
}

Status DictParser::parseOrder() {
  fortranOrder = take("True");
  return fortranOrder || take("False") ? Status::ok()
                                       : needed("`True` or `False`");
}

Status DictParser::parseShape() {
  if (!take("("))
    return needed("the tuple of the shape");
  bool comma = true;
  while (!take(")")) {
    if (!comma)
      return needed("`,` or `)` in the shape");
    if (Status status = parseExtent(); status.failed())
      return status;
    comma = take(",");
  }
  // (3) is a number in Python, not a shape.
  if (shape.size() == 1 && !comma)
    return invalid("the shape is a number, not a tuple");
  return Status::ok();
}

Status DictParser::parseExtent() {
  if (shape.size() == FOVEA_MAX_RANK)
    return Status::error(StatusCode::Shape, "the array has more than " +
                                                std::to_string(FOVEA_MAX_RANK) +
                                                " axes");
  if (take("-"))
    return Status::error(
        StatusCode::Shape,
        "the shape has a negative extent, -" +
            std::string(rest.substr(0, rest.find_first_not_of("0123456789"))));
  skipSpace();
  if (rest.empty() || !std::isdigit(static_cast<unsigned char>(rest[0])))
    return needed("an extent");
  int64_t extent = 0;
  for (; !rest.empty() && std::isdigit(static_cast<unsigned char>(rest[0]));
       rest.remove_prefix(1))
    if (__builtin_mul_overflow(extent, 10, &extent) ||
        __builtin_add_overflow(extent, rest[0] - '0', &extent))
      return Status::error(StatusCode::Shape, "an extent does not fit 64 bits");
  // Python 2 wrote long integers as 3L.
  take("L");
  shape.push_back(extent);
  return Status::ok();
}

/// What NumPy calls an element type.
static const char *numpyName(DType dtype) {
  switch (dtype) {
  case DType::Bool:
    return "bool_";
  case DType::I32:
    return "int32";
  case DType::I64:
    return "int64";
  case DType::F16:
    return "float16";
  case DType::F32:
    return "float32";
  case DType::F64:
    return "float64";
  case DType::BF16:
    break; // NumPy has none
  }
  return nullptr;
}

/// The advice for an element type that Fovea lacks, or nothing if the type is
/// not known at all. `kind` is such as `u1`; `wanted` what is expected, which
/// would be asked for next, or null.
static std::optional<std::pair<std::string, std::string>>
adviceFor(std::string_view kind, const char *wanted) {
  struct Row {
    std::string_view kind, name, cast;
  };
  static constexpr Row rows[] = {
      {"i1", "int8", "int32"},           {"i2", "int16", "int32"},
      {"u1", "uint8", "int32"},          {"u2", "uint16", "int32"},
      {"u4", "uint32", "int64"},         {"u8", "uint64", "int64"},
      {"f12", "longdouble", "float64"},  {"f16", "longdouble", "float64"},
      {"M8", "datetime64", "int64"},     {"m8", "timedelta64", "int64"},
      {"c8", "complex64", "float32"},    {"c16", "complex128", "float64"},
      {"c32", "clongdouble", "float64"}, {"f1", "an 8-bit float", "float32"},
  };
  for (const Row &row : rows)
    if (row.kind == kind.substr(0, kind.find('[')))
      return std::pair(std::string(row.name),
                       "convert it with x.astype(numpy." +
                           std::string(wanted ? wanted : row.cast) + ")");
  return std::nullopt;
}

/// The element type that `descr` names, without its byte order.
static Expected<DType> dtypeOf(std::string_view kind,
                               std::optional<DType> expected) {
  if (kind == "b1" || kind == "?")
    return DType::Bool;
  if (kind == "i4")
    return DType::I32;
  if (kind == "i8")
    return DType::I64;
  if (kind == "f2")
    return DType::F16;
  if (kind == "f4")
    return DType::F32;
  if (kind == "f8")
    return DType::F64;
  if (kind == "V2" && expected == DType::BF16)
    return DType::BF16;

  const char *wanted = expected ? numpyName(*expected) : nullptr;
  auto refused = [](std::string message, std::string fix) {
    return Status::error(StatusCode::DType, std::move(message), std::move(fix));
  };
  if (kind == "V2")
    return refused("the elements are 2 raw bytes each (`V2`), which is how "
                   "bf16 is stored, but bf16 is not expected here",
                   "give the parameter the type bf16 to read them as bf16");
  if (kind.starts_with("O"))
    return refused("the elements are pickled Python objects, which are never "
                   "loaded",
                   "convert the array with x.astype(numpy." +
                       std::string(wanted ? wanted : "float32") + ")");
  if (kind.starts_with("U") || kind.starts_with("S") || kind.starts_with("a"))
    return refused("the elements are strings", "");
  if (auto advice = adviceFor(kind, wanted))
    return refused("the elements are " + advice->first +
                       ", which Fovea does not have",
                   advice->second);
  return refused("the element type " + quoted(kind) + " is not known", "");
}

/// Fills in the type and the byte order.
static Status parseType(std::string_view descr, std::optional<DType> expected,
                        Header &header) {
  header.bigEndian = descr.starts_with(">");
  const bool ordered =
      !descr.empty() &&
      std::string_view("<>=|").find(descr[0]) != std::string_view::npos;
  Expected<DType> dtype = dtypeOf(descr.substr(ordered ? 1 : 0), expected);
  if (!dtype)
    return dtype.status();
  header.dtype = *dtype;
  return Status::ok();
}

/// Whether the data fill the rest of the file exactly.
static Status checkLength(const Header &header, uint64_t fileSize) {
  Expected<int64_t> count = countElements(header.shape);
  if (!count)
    return count.status();
  const uint64_t needed = static_cast<uint64_t>(*count) * sizeOf(header.dtype);
  const uint64_t present = fileSize - header.dataOffset;
  if (needed == present)
    return Status::ok();
  return invalid(std::string(needed > present ? "the data are cut short: "
                                              : "there is more after the "
                                                "data: ") +
                 typeText(header.dtype, header.shape) + " needs " +
                 std::to_string(needed) + " bytes, the file has " +
                 std::to_string(present));
}

Expected<Header> npy::parseHeader(std::string_view prefix, uint64_t fileSize,
                                  std::optional<DType> expected) {
  if (prefix.starts_with("PK\3\4"))
    return Status::error(StatusCode::InvalidArgument,
                         "this is an archive, such as an .npz file",
                         "take one array out of it: numpy.save(\"x.npy\", "
                         "numpy.load(\"x.npz\")[\"x\"])");
  if (!prefix.starts_with(magic))
    return invalid(prefix.empty() ? "the file is empty"
                                  : "this is no .npy file (it does not start "
                                    "with \\x93NUMPY)");
  if (prefix.size() < 8)
    return invalid("the file ends inside its header");
  const int version = static_cast<unsigned char>(prefix[6]);
  if (version < 1 || version > 3 || prefix[7] != 0)
    return invalid("version " + std::to_string(version) + "." +
                   std::to_string(static_cast<unsigned char>(prefix[7])) +
                   " of the format is not known, 1.0, 2.0 and 3.0 are");

  const size_t lengthBytes = version == 1 ? 2 : 4;
  const size_t start = 8 + lengthBytes;
  if (prefix.size() < start)
    return invalid("the file ends inside its header");
  size_t length = 0;
  for (size_t i = lengthBytes; i-- > 0;)
    length = length << 8 | static_cast<unsigned char>(prefix[8 + i]);
  if (length > fileSize - start)
    return invalid("the file ends inside its header, which claims " +
                   std::to_string(length) + " bytes where " +
                   std::to_string(fileSize - start) + " are left");
  if (length > maxHeaderLength)
    return invalid("the header claims " + std::to_string(length) +
                   " bytes, at most " + std::to_string(maxHeaderLength) +
                   " make sense");

  DictParser parser(prefix.substr(start, length));
  if (Status status = parser.parse(); status.failed())
    return status;
  Header header;
  header.fortranOrder = parser.fortranOrder;
  header.shape = std::move(parser.shape);
  header.dataOffset = start + length;
  if (Status status = parseType(parser.descr, expected, header);
      status.failed())
    return status;
  if (Status status = checkLength(header, fileSize); status.failed())
    return status;
  return header;
}

std::string npy::formatHeader(DType dtype, std::span<const int64_t> shape) {
  static constexpr std::string_view descrs[] = {"|b1", "<i4", "<i8", "<f2",
                                                "<V2", "<f4", "<f8"};
  std::string dict = "{'descr': '";
  dict += descrs[static_cast<size_t>(dtype)];
  dict += "', 'fortran_order': False, 'shape': (";
  for (size_t axis = 0; axis < shape.size(); ++axis)
    dict += (axis ? ", " : "") + std::to_string(shape[axis]);
  dict += shape.size() == 1 ? ",), }" : "), }";

  constexpr size_t start = 10;
  const size_t total = (start + dict.size() + 1 + 63) / 64 * 64;
  dict.append(total - start - dict.size() - 1, ' ');
  dict += '\n';
  // 16 extents of 20 digits stay far below the 64 KiB of version 1.
  std::string result(magic);
  result += {1, 0, static_cast<char>(dict.size() & 0xff),
             static_cast<char>(dict.size() >> 8)};
  return result + dict;
}
