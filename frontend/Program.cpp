//===- Program.cpp - files, imports, what a program offers ----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/Program.h"

#include "frontend/Elaborator.h"
#include "frontend/Parser.h"
#include "frontend/ProgramImpl.h"

#include "mlir/IR/Verifier.h"
#include "llvm/ADT/StringExtras.h"

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace mlir;
using namespace fovea;

Program::Program(std::unique_ptr<Impl> impl) : data(std::move(impl)) {}
Program::~Program() = default;

const std::string &Program::path() const { return data->main().source->path; }

SourceRange Program::find(std::string_view path, Source::Position begin,
                          Source::Position end) const {
  for (const std::unique_ptr<Source> &source : data->sources)
    if (source->path == path)
      return {source.get(), source->offset(begin), source->offset(end)};
  return {};
}

//===----------------------------------------------------------------------===//
// Loading
//===----------------------------------------------------------------------===//

/// Names of the dimensions in a function's parameters.
static void collectDims(const ast::Expr &expr,
                        std::map<std::string, SourceRange> &names) {
  if (auto *id = expr.as<ast::Name>())
    names.try_emplace(id->name, expr.range);
  else if (auto *pack = expr.as<ast::Pack>())
    names.try_emplace(pack->name, expr.range);
  else if (auto *unary = expr.as<ast::Unary>())
    collectDims(*unary->operand, names);
  else if (auto *binary = expr.as<ast::Binary>()) {
    collectDims(*binary->lhs, names);
    collectDims(*binary->rhs, names);
  }
}

/// A name that is a dimension and a parameter could only mean one of them.
static void checkNames(const ast::Function &function,
                       Diagnostics &diagnostics) {
  std::map<std::string, SourceRange> dims;
  for (const ast::Param &param : function.params)
    if (auto *type = param.type->as<ast::ArrayType>())
      for (const ast::ExprPtr &dim : type->dims)
        collectDims(*dim, dims);
  for (const ast::Param &param : function.params) {
    auto dim = dims.find(param.name.name);
    if (dim == dims.end())
      continue;
    diagnostics
        .error(param.name.range,
               "`" + param.name.name + "` is a dimension and a parameter")
        .at(dim->second, "the dimension")
        .fix("a dimension is a number by itself: leave the parameter out, or "
             "rename it");
  }
}

static const ast::File *addFile(Program::Impl &impl, std::string path,
                                std::string text, Diagnostics &diagnostics) {
  impl.sources.push_back(
      std::make_unique<Source>(std::move(path), std::move(text)));
  impl.files.push_back(parse(*impl.sources.back(), diagnostics));
  for (const ast::Function &function : impl.files.back().functions)
    checkNames(function, diagnostics);
  return &impl.files.back();
}

namespace {
/// Loads modules, each once.
class Importer {
public:
  Importer(Program::Impl &impl, Diagnostics &diagnostics)
      : impl(impl), diagnostics(diagnostics) {}

  /// What the file sees: its functions and those of its imports.
  void resolve(const ast::File &file) {
    Program::Impl::Table &table = impl.visible[file.source];
    for (const ast::Function &function : file.functions)
      addFunction(table, function, function.name.range);
    for (const ast::Import &import : file.imports) {
      const ast::File *module = load(import);
      if (!module)
        continue;
      for (const ast::Function &function : module->functions)
        addFunction(table, function, import.range);
    }
  }

private:
  void addFunction(Program::Impl::Table &table, const ast::Function &function,
                   SourceRange from) {
    const std::string &name = function.name.name;
    if (isBuiltin(name)) {
      diagnostics
          .error(function.name.range,
                 "`" + name +
                     "` is built in: a function of that name could "
                     "not be called")
          .fix("choose another name");
      return;
    }
    auto &overloads = table[name];
    const Source *own = function.name.range.source;
    // Several definitions of one file are alternatives; of two files, a clash.
    for (const ast::Function *other : overloads) {
      if (other->name.range.source == own)
        continue;
      diagnostics
          .error(from.source == own ? other->name.range : from,
                 "`" + name + "` clashes with a function of the same name")
          .at(other->name.range, "one is here")
          .at(function.name.range, "the other here")
          .fix("rename yours");
      return;
    }
    overloads.push_back(&function);
  }

  const ast::File *load(const ast::Import &import) {
    auto known = modules.find(import.module);
    if (known != modules.end())
      return known->second;
    const char *text = standardModule(import.module);
    if (!text) {
      fovea::Diagnostic &diagnostic = diagnostics.error(
          import.range, "there is no module `" + import.module + "`");
      std::string close = didYouMean(import.module, standardModules());
      if (!close.empty())
        diagnostic.fix("did you mean `" + close + "`?");
      else
        diagnostic.fix("a program is one file, and imports modules of the "
                       "library only: " +
                       llvm::join(standardModules(), ", "));
      return nullptr;
    }
    std::string path = import.module;
    std::replace(path.begin(), path.end(), '.', '/');
    const ast::File *file = addFile(impl, path + ".fov", text, diagnostics);
    modules[import.module] = file;
    resolve(*file);
    return file;
  }

  Program::Impl &impl;
  Diagnostics &diagnostics;
  std::map<std::string, const ast::File *> modules;
};
} // namespace

std::unique_ptr<Program> Program::fromText(std::string path, std::string text,
                                           Diagnostics &diagnostics) {
  auto impl = std::make_unique<Impl>();
  const ast::File *file =
      addFile(*impl, std::move(path), std::move(text), diagnostics);
  Importer(*impl, diagnostics).resolve(*file);
  return std::unique_ptr<Program>(new Program(std::move(impl)));
}

std::unique_ptr<Program> Program::load(const std::string &path,
                                       Diagnostics &diagnostics) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored) &&
      !std::filesystem::is_regular_file(path, ignored)) {
    // A pipe or a device might never end.
    diagnostics.error({}, "cannot read `" + path + "`: it is no regular file");
    return nullptr;
  }
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  if (stream)
    text << stream.rdbuf();
  if (!stream || (!text.good() && !text.str().empty())) {
    diagnostics.error({}, "cannot read `" + path + "`");
    return nullptr;
  }
  return fromText(path, text.str(), diagnostics);
}

//===----------------------------------------------------------------------===//
// What it offers
//===----------------------------------------------------------------------===//

static ParamInfo describe(const ast::Param &param) {
  ParamInfo info;
  info.name = param.name.name;
  if (param.defaultValue)
    info.defaultText = std::string(param.defaultValue->range.text());
  if (auto *option = param.type->as<ast::OptionType>()) {
    info.kind = ParamInfo::Kind::Option;
    for (const ast::Ident &choice : option->choices)
      info.choices.push_back(choice.name);
  } else if (auto *array = param.type->as<ast::ArrayType>()) {
    info.dtype = array->dtype;
    for (const ast::ExprPtr &dim : array->dims)
      info.dims.push_back(std::string(dim->range.text()));
  } else {
    info.kind = ParamInfo::Kind::Function;
  }
  return info;
}

std::vector<FunctionInfo> Program::functions() const {
  std::vector<FunctionInfo> infos;
  for (const ast::Function &function : data->main().functions) {
    FunctionInfo info;
    info.name = function.name.name;
    for (const ast::Param &param : function.params)
      info.params.push_back(describe(param));
    // From the name to where the body begins, on one line.
    std::string_view text = function.range.text();
    size_t start = function.name.range.begin - function.range.begin;
    bool space = false;
    for (char c : text.substr(start, text.find('{') - start)) {
      bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
      if (!blank && space && !info.signature.empty())
        info.signature += ' ';
      if (!blank)
        info.signature += c;
      space = blank;
    }
    infos.push_back(std::move(info));
  }
  return infos;
}

std::vector<std::string> Program::tests() const {
  std::vector<std::string> names;
  for (const ast::Test &test : data->main().tests)
    names.push_back(test.name);
  return names;
}

SourceRange Program::testCondition(size_t index, size_t k) const {
  for (const auto &item : data->main().tests[index].body) {
    auto *condition = std::get_if<ast::ExprPtr>(&item);
    if (condition && k-- == 0)
      return (*condition)->range;
  }
  return {};
}

//===----------------------------------------------------------------------===//
// Instances
//===----------------------------------------------------------------------===//

/// An empty module with an empty function.
static OwningOpRef<ModuleOp> skeleton(MLIRContext &context, StringRef name) {
  context.loadDialect<ir::FoveaDialect>();
  OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(&context));
  OpBuilder builder = OpBuilder::atBlockBegin(module->getBody());
  auto func =
      ir::FuncOp::create(builder, module->getLoc(), name,
                         builder.getStrArrayAttr({}), builder.getArrayAttr({}));
  func.getBody().emplaceBlock();
  return module;
}

static OwningOpRef<ModuleOp>
build(const Program::Impl &impl, MLIRContext &context, StringRef name,
      Diagnostics &diagnostics,
      llvm::function_ref<bool(Elaborator &)> elaborate) {
  if (diagnostics.hasErrors())
    return {};
  OwningOpRef<ModuleOp> module = skeleton(context, name);
  auto func = *module->getOps<ir::FuncOp>().begin();
  Elaborator elaborator(impl, func, diagnostics);
  if (!elaborate(elaborator))
    return {};
  if (failed(verify(*module))) {
    diagnostics.error({}, "internal error: the formula of `" + name.str() +
                              "` is not well formed; please report this");
    return {};
  }
  return module;
}

OwningOpRef<ModuleOp> Program::instantiate(const Instance &instance,
                                           MLIRContext &context,
                                           Diagnostics &diagnostics) const {
  return build(
      *data, context, instance.function, diagnostics,
      [&](Elaborator &elaborator) { return elaborator.instantiate(instance); });
}

OwningOpRef<ModuleOp> Program::instantiateTest(size_t index,
                                               MLIRContext &context,
                                               Diagnostics &diagnostics) const {
  return build(*data, context, "test", diagnostics,
               [&](Elaborator &elaborator) {
                 return elaborator.instantiateTest(data->main().tests[index]);
               });
}

/// One instance per choice of every option, the others at their defaults or
/// first choices; and one without what has a default.
static std::vector<Instance> instancesOf(const ast::Function &function) {
  Instance base;
  base.function = function.name.name;
  for (const ast::Param &param : function.params) {
    if (param.type->as<ast::FunctionType>() && !param.defaultValue)
      return {};
    if (auto *option = param.type->as<ast::OptionType>()) {
      if (!param.defaultValue)
        base.options[param.name.name] = option->choices.front().name;
      continue;
    }
    if (auto *array = param.type->as<ast::ArrayType>())
      base.inputs.push_back({param.name.name,
                             array->dtype == "float" ? "f32" : array->dtype,
                             static_cast<unsigned>(array->dims.size())});
  }
  std::vector<Instance> instances = {base};
  llvm::erase_if(base.inputs, [&](const InputSpec &input) {
    return llvm::any_of(function.params, [&](const ast::Param &param) {
      return param.name.name == input.name && param.defaultValue;
    });
  });
  if (base.inputs.size() != instances.front().inputs.size())
    instances.push_back(base);
  base = instances.front();
  for (const ast::Param &param : function.params) {
    auto *option = param.type->as<ast::OptionType>();
    for (size_t i = 0; option && i < option->choices.size(); ++i) {
      instances.push_back(base);
      instances.back().options[param.name.name] = option->choices[i].name;
    }
  }
  return instances;
}

void Program::check(MLIRContext &context, Diagnostics &diagnostics) const {
  if (diagnostics.hasErrors())
    return;
  bool exhausted = false;
  for (const ast::Function &function : data->main().functions) {
    for (const Instance &instance : instancesOf(function)) {
      Diagnostics found;
      build(*data, context, instance.function, found,
            [&](Elaborator &elaborator) {
              bool good = elaborator.instantiate(instance);
              exhausted |= elaborator.exhausted();
              return good;
            });
      diagnostics.merge(found);
      // What calls this function would take as long, only to say the same.
      if (exhausted)
        return;
    }
  }
  for (size_t i = 0; i < data->main().tests.size(); ++i) {
    Diagnostics found;
    instantiateTest(i, context, found);
    diagnostics.merge(found);
  }
}
