//===- NpyTest.cpp - NumPy's array files ----------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "runtime/Npy.h"

#include <catch2/catch.hpp>

#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace fovea;
namespace fs = std::filesystem;

namespace {

/// A directory of its own for each test.
struct Folder {
  fs::path path;
  Folder() {
    std::string name =
        (fs::temp_directory_path() / "fovea-npy-XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path); }
  std::string operator/(const char *name) const { return path / name; }
  size_t files() const {
    return static_cast<size_t>(std::distance(fs::directory_iterator(path), {}));
  }
};

} // namespace

static std::string contentOf(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

/// A version 1 file with this dictionary and these data.
static std::string npy(std::string dict, std::string_view data) {
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(dict.size() & 0xff);
  bytes += static_cast<char>(dict.size() >> 8);
  return bytes + dict + std::string(data);
}

static Tensor counting(DType dtype, std::vector<int64_t> shape) {
  Tensor tensor = *Tensor::allocate(dtype, std::move(shape));
  for (int64_t i = 0; i < tensor.numElements(); ++i)
    tensor.store(i, i - 2);
  return tensor;
}

TEST_CASE("every type and rank survives a file") {
  const Folder folder;
  for (DType dtype : allDTypes)
    for (const std::vector<int64_t> &shape : {std::vector<int64_t>{},
                                              {5},
                                              {2, 3},
                                              {0},
                                              {3, 0, 2},
                                              std::vector<int64_t>(16, 1),
                                              {2, 1, 3, 1, 2}}) {
      const Tensor tensor = counting(dtype, shape);
      const std::string path = folder / "x.npy";
      REQUIRE(writeNpy(path, tensor).isOk());
      Expected<Tensor> back = readNpy(path, dtype);
      REQUIRE(back);
      CHECK(back->dtype() == dtype);
      CHECK(back->shape() == shape);
      const size_t bytes =
          static_cast<size_t>(tensor.numElements()) * sizeOf(dtype);
      CHECK(std::memcmp(back->data(), tensor.data(), bytes) == 0);
    }
  CHECK(folder.files() == 1);
}

TEST_CASE("what is written is what NumPy writes") {
  const Folder folder;
  const std::string path = folder / "x.npy";
  REQUIRE(writeNpy(path, counting(DType::F32, {2, 3})).isOk());
  const std::string content = contentOf(path);
  REQUIRE(content.size() == 128 + 24);
  CHECK(content.substr(0, 10) == std::string("\x93NUMPY\x01\x00\x76\x00", 10));
  CHECK(content.substr(10, 61) ==
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }  ");
  CHECK(content[127] == '\n');

  REQUIRE(writeNpy(path, counting(DType::Bool, {3})).isOk());
  CHECK(contentOf(path).find("'descr': '|b1'") != std::string::npos);
  CHECK(contentOf(path).find("'shape': (3,), }") != std::string::npos);
  REQUIRE(writeNpy(path, counting(DType::I64, {})).isOk());
  CHECK(contentOf(path).find("'shape': (), }") != std::string::npos);
}

TEST_CASE("a strided tensor is written in C order") {
  const Folder folder;
  const std::string path = folder / "x.npy";
  std::array<int32_t, 6> data = {0, 1, 2, 3, 4, 5};
  REQUIRE(writeNpy(path, Tensor::view(data.data(), DType::I32, {3, 2}, {1, 3}))
              .isOk());
  const Tensor back = *readNpy(path);
  CHECK(back.isContiguous());
  CHECK(back.intAt(0, 1) == 3);
  CHECK(back.intAt(2, 0) == 2);
}

TEST_CASE("Fortran order") {
  const std::string_view data("\0\1\2\3\4\5", 6);
  Expected<Tensor> tensor = parseNpy(
      npy("{'descr':'|b1','fortran_order':True,'shape':(2,3)}", data), "x");
  REQUIRE(tensor);
  CHECK(tensor->shape() == std::vector<int64_t>{2, 3});
  CHECK(tensor->strides() == std::vector<int64_t>{1, 2});
  CHECK(tensor->intAt(0, 0) == 0);
  CHECK(tensor->intAt(1, 0) == 1);
  // Bytes other than 0 are true.
  CHECK(tensor->dataAs<uint8_t>()[5] == 1);
}

TEST_CASE("either byte order") {
  const std::string_view data("\x00\x00\x00\x01\xff\xff\xff\xfe", 8);
  Expected<Tensor> tensor = parseNpy(
      npy("{'descr':'>i4','fortran_order':False,'shape':(2,)}", data), "x");
  REQUIRE(tensor);
  CHECK(tensor->intAt(0) == 1);
  CHECK(tensor->intAt(1) == -2);
  CHECK(
      parseNpy(npy("{'descr':'=i4','fortran_order':False,'shape':(2,)}", data),
               "x")
          ->intAt(0) == 0x01000000);
}

TEST_CASE("headers of other writers") {
  const std::string_view four("\x00\x00\x80\x3f", 4);
  for (const char *dict :
       {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }      \n",
        "{\"shape\": (1L,), \"fortran_order\": True, \"descr\": \"f4\"}",
        " { 'fortran_order' : False , 'shape' : ( 1 , ) , 'descr' : '<f4' } "})
    CHECK(parseNpy(npy(dict, four), "x")->at(0) == 1);

  // Versions 2 and 3 have four bytes for the length.
  const std::string dict =
      "{'descr': '<f4', 'fortran_order': False, 'shape': ()}\n";
  for (char version : {2, 3}) {
    std::string bytes = "\x93NUMPY";
    bytes += {version, 0, static_cast<char>(dict.size()), 0, 0, 0};
    Expected<Tensor> tensor = parseNpy(bytes + dict + std::string(four), "x");
    REQUIRE(tensor);
    CHECK(tensor->at() == 1);
  }
}

TEST_CASE("bf16 is read where it is expected") {
  const Folder folder;
  const std::string path = folder / "x.npy";
  REQUIRE(writeNpy(path, counting(DType::BF16, {4})).isOk());
  CHECK(contentOf(path).find("'<V2'") != std::string::npos);
  CHECK(readNpy(path, DType::BF16)->at(0) == -2);
  for (std::optional<DType> expected :
       {std::optional<DType>(), std::optional(DType::F16)}) {
    const Status status = readNpy(path, expected).status();
    CHECK(status.code() == StatusCode::DType);
    CHECK(status.message() ==
          path + ": the elements are 2 raw bytes each (`V2`), which is how "
                 "bf16 is stored, but bf16 is not expected here");
    CHECK(status.fix() ==
          "give the parameter the type bf16 to read them as bf16");
  }
}

TEST_CASE("a file that cannot be written keeps its content") {
  const Folder folder;
  const Tensor tensor = counting(DType::F64, {100000});
  CHECK(writeNpy(folder / "no/such/folder.npy", tensor).text() ==
        (folder / "no/such/folder.npy") +
            ": cannot be written: No such file or directory");
  CHECK(writeNpy(folder.path, tensor).text() ==
        folder.path.string() + ": is a directory, a file is needed");
  CHECK(writeNpy("/dev/null", tensor).text() ==
        "/dev/null: is no regular file");
  CHECK(!fs::is_regular_file("/dev/null"));

  const std::string path = folder / "x.npy";
  REQUIRE(writeNpy(path, counting(DType::F64, {3})).isOk());
  const std::string before = contentOf(path);
  // A limit on the size of files stands for a full disk.
  struct rlimit old;
  REQUIRE(getrlimit(RLIMIT_FSIZE, &old) == 0);
  auto *handler = std::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit small = {4096, old.rlim_max};
  REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
  const Status status = writeNpy(path, tensor);
  REQUIRE(setrlimit(RLIMIT_FSIZE, &old) == 0);
  std::signal(SIGXFSZ, handler);
  CHECK(status.code() == StatusCode::Io);
  CHECK(status.message() == path + ": cannot be written: File too large");
  CHECK(contentOf(path) == before);
  CHECK(folder.files() == 1);
}

TEST_CASE("writing keeps links and permissions") {
  const Folder folder;
  const std::string path = folder / "x.npy", link = folder / "link.npy";
  REQUIRE(writeNpy(path, counting(DType::F32, {1})).isOk());
  REQUIRE(chmod(path.c_str(), 0640) == 0);
  fs::create_symlink("x.npy", link);
  REQUIRE(writeNpy(link, counting(DType::F32, {2})).isOk());
  CHECK(fs::is_symlink(link));
  CHECK(readNpy(path)->dim(0) == 2);
  struct stat info;
  REQUIRE(stat(path.c_str(), &info) == 0);
  CHECK((info.st_mode & 07777) == 0640);
}

TEST_CASE("what is no file cannot be read") {
  const Folder folder;
  CHECK(readNpy(folder / "gone.npy").status().text() ==
        (folder / "gone.npy") +
            ": cannot be opened: No such file or directory");
  CHECK(readNpy(folder.path).status().text() ==
        folder.path.string() + ": is a directory, a file is needed");
  CHECK(readNpy("/dev/null").status().text() ==
        "/dev/null: is no regular file");
  const std::string pipe = folder / "pipe";
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(readNpy(pipe).status().text() == pipe + ": is no regular file");
  fs::create_symlink("loop", folder / "loop");
  CHECK(readNpy(folder / "loop").status().code() == StatusCode::Io);
  const std::string secret = folder / "secret.npy";
  REQUIRE(writeNpy(secret, counting(DType::F32, {1})).isOk());
  REQUIRE(chmod(secret.c_str(), 0) == 0);
  // The administrator may read everything.
  if (geteuid() != 0)
    CHECK(readNpy(secret).status().text() ==
          secret + ": cannot be opened: Permission denied");
  CHECK(readNpy(std::string(folder / "secret.npy") + "/x").status().code() ==
        StatusCode::Io);
}
