//===- Options.cpp - the command line -------------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/fovea/Options.h"

#include "tools/fovea/Plugin.h"

#include <CLI/CLI.hpp>

#include <charconv>

using namespace fovea;
using namespace fovea::driver;

static constexpr const char *greeting =
    R"(fovea compiles attention and loss expressions and runs them.

  fovea run examples/attention.fov              run the example of the file
  fovea run attention.fov N=7 q=@q.npy -o o.npy with arrays of your own
  fovea check attention.fov                     look for errors only

Verbs: run, check, test, explain, graph, ir, plugin. `fovea VERB --help` tells
what each can do.
)";

// The first line of each is shown by `fovea --help` as well.
static constexpr const char *runHelp =
    R"(Runs a function and prints its results.

  fovea run attention.fov
  fovea run attention.fov attention q=@q.npy N=128 scale=0.5 -o o=o.npy

Without FUNCTION, the one of the first example in the file. What is not given
comes from the example, else floats and bools are random, integers zero.

name=value gives an input, a dimension or an option:
  q=@q.npy                a NumPy file
  q=random:normal,seed=1  normal with mean 0 and deviation 1 (q=random)
  q=random:0,10           uniform from 0 up to 10; integers for an integer input
  q=zeros                 zeros
  x=[[1,2],[3,4]]         an array
  scale=0.5  causal=true  a scalar
  N=128                   a dimension
  reduction=mean          the choice of an option
)";

static constexpr const char *checkHelp =
    R"(Looks for errors in a program without running it.

  fovea check attention.fov
)";

static constexpr const char *testHelp =
    R"(Runs the test blocks of a program.

  fovea test loss.fov
  fovea test loss.fov --backend=reference
)";

static constexpr const char *explainHelp =
    R"(Tells what becomes of a function: kernels, passes, memory.

  fovea explain attention.fov
  fovea explain attention.fov attention N=16384 --json
  fovea explain attention.fov --check

For each kernel it shows the lines that it covers, its state, the bytes that it
reads and writes, and for each reduction that needs one more pass the reason.
Sizes come from the example of the file; name=value as in `fovea run`.
)";

static constexpr const char *graphHelp =
    R"(Draws a function as written, and its kernels.

  fovea graph attention.fov -o attention.svg
  fovea graph attention.fov attention N=16384 -o attention.dot

.svg, .png and .pdf need the program `dot` of graphviz; .dot is its input.
Without -o the input is printed. Sizes come from the example of the file.
)";

static constexpr const char *irHelp =
    R"(Prints the compiler's view of a function.

  fovea ir attention.fov
  fovea ir attention.fov attention --stage=fused

--stage is one of
  formula    the function as the frontend understands it
  optimized  simplified, equal formulas made one
  fused      chains of reductions as folds
  kernels    folds and formulas as loop nests for this machine
  clusters   what backend plugins are handed; -o writes it into a file, to be
             attached to a report, which `fovea ir FILE.fovc` prints
)";

namespace {

/// The options as text, before they are understood.
struct Texts {
  std::string file;
  std::vector<std::string> arguments;
  std::vector<std::string> outputs;
  std::optional<std::string> backend, floatType, stage, seed, color;
  bool verify = false;
  bool full = false;
  bool json = false;
  bool certify = false;
  bool partition = false;
  bool allowMaterialize = false;
};

/// Shows of each verb only the first line in the list of all.
class Formatter : public CLI::Formatter {
public:
  std::string make_subcommand(const CLI::App *verb) const override {
    const std::string help = verb->get_description();
    std::stringstream line;
    CLI::detail::format_help(line, verb->get_name(),
                             help.substr(0, help.find('\n')),
                             get_column_width());
    return line.str();
  }
};

/// One verb and what it takes.
struct Command {
  Verb verb;
  CLI::App *app;
};

} // namespace

static CLI::App *addVerb(CLI::App &app, Texts &texts, const char *name,
                         const char *help) {
  CLI::App *verb = app.add_subcommand(name, help);
  verb->allow_extras();
  verb->add_option("FILE", texts.file, "the program");
  verb->add_option("--color", texts.color, "auto, always or never");
  return verb;
}

static void addBackend(CLI::App *verb, Texts &texts) {
  verb->add_option("--backend", texts.backend,
                   "NAME[:key=value...][,NAME...]: cpu (default), reference, "
                   "plugins");
  verb->add_flag("--allow-materialize", texts.allowMaterialize,
                 "let plugins store arrays that fusion avoids")
      ->disable_flag_override();
}

static void addFunction(CLI::App *verb, Texts &texts) {
  verb->add_option("ARGUMENTS", texts.arguments, "[FUNCTION] [name=value...]");
  verb->add_option("--float", texts.floatType,
                   "what `float` is: f16, bf16, f32 or f64");
}

static std::vector<Command> declare(CLI::App &app, Texts &texts) {
  app.formatter(std::make_shared<Formatter>());
  app.get_formatter()->label("SUBCOMMAND", "VERB");
  app.get_formatter()->label("Subcommands", "Verbs");
  app.allow_extras();
  app.add_option("--color", texts.color, "auto, always or never");
  app.set_version_flag("--version", "fovea " FOVEA_VERSION_STRING);
  CLI::App *run = addVerb(app, texts, "run", runHelp);
  addFunction(run, texts);
  addBackend(run, texts);
  run->add_option("-o,--output", texts.outputs,
                  "name=FILE.npy: write that result; FILE.npy: the only one")
      ->allow_extra_args(false);
  run->add_flag("--verify", texts.verify,
                "compare with the reference backend; exit 3 if they differ")
      ->disable_flag_override();
  run->add_option("--seed", texts.seed, "of random inputs (default 0)");
  run->add_flag("--full", texts.full, "print every element")
      ->disable_flag_override();
  CLI::App *check = addVerb(app, texts, "check", checkHelp);
  CLI::App *test = addVerb(app, texts, "test", testHelp);
  addBackend(test, texts);
  CLI::App *explain = addVerb(app, texts, "explain", explainHelp);
  addFunction(explain, texts);
  addBackend(explain, texts);
  explain
      ->add_flag("--partition", texts.partition,
                 "who computes what with that --backend, and why not others")
      ->disable_flag_override();
  explain->add_flag("--json", texts.json, "for programs (docs/explain.md)")
      ->disable_flag_override();
  explain
      ->add_flag("--check", texts.certify,
                 "print the certificate of each fold; exit 3 if one fails")
      ->disable_flag_override();
  CLI::App *graph = addVerb(app, texts, "graph", graphHelp);
  addFunction(graph, texts);
  graph->add_option("-o,--output", texts.outputs, "FILE.svg or FILE.dot")
      ->allow_extra_args(false);
  CLI::App *ir = addVerb(app, texts, "ir", irHelp);
  addFunction(ir, texts);
  ir->add_option("--stage", texts.stage,
                 "formula (default), optimized, fused, kernels or clusters");
  ir->add_option("-o,--output", texts.outputs, "FILE.fovc, for clusters")
      ->allow_extra_args(false);
  // Only for the list of verbs: it has verbs of its own (Plugin.cpp).
  CLI::App *plugin = app.add_subcommand("plugin", pluginHelp);
  return {{Verb::Run, run},         {Verb::Check, check}, {Verb::Test, test},
          {Verb::Explain, explain}, {Verb::Graph, graph}, {Verb::Ir, ir},
          {Verb::None, plugin}};
}

/// The names that options of `app` have, with their dashes.
static std::vector<std::string> optionNames(const CLI::App &app) {
  std::vector<std::string> names;
  for (const CLI::Option *option : app.get_options()) {
    for (const std::string &name : option->get_lnames())
      names.push_back("--" + name);
    for (const std::string &name : option->get_snames())
      names.push_back("-" + name);
  }
  return names;
}

static bool looksLikeOption(const std::string &text) {
  return text.size() > 1 && text[0] == '-';
}

/// The failure for something that nothing takes.
static Failure unexpected(const CLI::App &app, const std::string &text) {
  if (!looksLikeOption(text))
    return usage("`" + text + "` is one argument too many");
  const std::string name = text.substr(0, text.find('='));
  // Of a single letter, every other one is near.
  return usage("there is no option `" + name + "`",
               name.size() > 2 ? nearest(name, optionNames(app)) : "");
}

static constexpr const char *verbList =
    "the verbs are run, check, test, explain, graph, ir and plugin";

static Failure unknownVerb(const std::string &text,
                           const std::vector<Command> &commands) {
  if (text.ends_with(".fov"))
    return usage("`" + text + "` is a file where a verb is needed",
                 "did you mean `fovea run " + text + "`?");
  std::vector<std::string> names;
  for (const Command &command : commands)
    names.push_back(command.app->get_name());
  std::string help = nearest(text, names);
  return usage("there is no verb `" + text + "`",
               help.empty() ? verbList : help);
}

//===----------------------------------------------------------------------===//
// From text to meaning
//===----------------------------------------------------------------------===//

static Color colorOf(const std::string &text) {
  if (text == "auto")
    return Color::Auto;
  if (text == "always")
    return Color::Always;
  if (text == "never")
    return Color::Never;
  throw usage("--color is `" + text + "`; it can be auto, always or never",
              nearest(text, {"auto", "always", "never"}));
}

static uint64_t seedOf(const std::string &text) {
  uint64_t seed = 0;
  const char *end = text.data() + text.size();
  auto [stop, fault] = std::from_chars(text.data(), end, seed);
  if (fault != std::errc() || stop != end)
    throw usage("--seed is `" + text +
                "`; it can be a whole number from 0 to 2^64 - 1");
  return seed;
}

static DType floatOf(const std::string &text) {
  std::optional<DType> dtype = dtypeFromName(text);
  if (dtype && isFloat(*dtype))
    return *dtype;
  throw usage("--float is `" + text + "`; it can be f16, bf16, f32 or f64",
              nearest(text, {"f16", "bf16", "f32", "f64"}));
}

/// `name=file` or `file`.
static OutputFile outputOf(const std::string &text) {
  const size_t equals = text.find('=');
  OutputFile output =
      equals == std::string::npos
          ? OutputFile{"", text}
          : OutputFile{text.substr(0, equals), text.substr(equals + 1)};
  if (output.path.empty() || equals == 0)
    throw usage("`-o " + text + "` names no " +
                    (output.path.empty() ? "file" : "result"),
                "write `-o name=file.npy`, or `-o file.npy` for the only "
                "result");
  if (output.path[0] == '@')
    throw usage("`-o " + text + "` has an `@`, which is for inputs only",
                "write `-o " + text.substr(0, equals + 1) +
                    output.path.substr(1) + "`");
  return output;
}

/// Sorts `[FUNCTION] [name=value...]`.
static void addArgument(const std::string &text, Options &options) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos) {
    if (options.function)
      throw usage("`" + text + "` is one function too many, after `" +
                      *options.function + "`",
                  "an input is given as name=value");
    options.function = text;
    return;
  }
  Assignment assignment = {text.substr(0, equals), text.substr(equals + 1)};
  if (assignment.name.empty())
    throw usage("`" + text + "` has no name before the `=`");
  if (assignment.value.empty())
    throw usage("`" + text + "` has no value after the `=`");
  for (const Assignment &earlier : options.assignments)
    if (earlier.name == assignment.name)
      throw usage("`" + assignment.name + "` is given twice, as `" +
                  earlier.value + "` and as `" + assignment.value + "`");
  options.assignments.push_back(std::move(assignment));
}

static Options understand(Verb verb, const std::string &verbName,
                          const Texts &texts) {
  Options options;
  options.verb = verb;
  options.file = texts.file;
  if (options.file.empty())
    throw usage("`fovea " + verbName + "` needs a file",
                "for example `fovea " + verbName + " examples/attention.fov`");
  for (const std::string &text : texts.arguments)
    addArgument(text, options);
  for (const std::string &text : texts.outputs)
    options.outputs.push_back(verb == Verb::Run ? outputOf(text)
                                                : OutputFile{"", text});
  options.backend = texts.backend;
  if (texts.floatType)
    options.floatType = floatOf(*texts.floatType);
  if (texts.seed)
    options.seed = seedOf(*texts.seed);
  options.stage = texts.stage;
  options.verify = texts.verify;
  options.full = texts.full;
  options.json = texts.json;
  options.certify = texts.certify;
  options.partition = texts.partition;
  options.allowMaterialize = texts.allowMaterialize;
  if (options.certify && (options.json || options.partition))
    throw usage(std::string(options.json ? "--json" : "--partition") +
                " and --check cannot be given together");
  if (verb == Verb::Explain && !options.partition &&
      (options.backend || options.allowMaterialize))
    throw usage(
        std::string(options.backend ? "--backend" : "--allow-materialize") +
            " needs --partition here",
        "without it, `explain` tells what the compiler makes");
  return options;
}

/// The failure for what CLI11 refuses. Its messages start with the option.
static Failure refused(const CLI::Error &error) {
  const std::string text = error.what();
  const std::string name = text.substr(0, text.find(':'));
  if (dynamic_cast<const CLI::ArgumentMismatch *>(&error) &&
      looksLikeOption(name)) {
    const bool missing = text.find("missing") != std::string::npos;
    return usage("`" + name +
                 (missing ? "` needs a value" : "` is given more than once"));
  }
  const size_t flag = text.find(" was given a disallowed flag override");
  if (flag != std::string::npos)
    return usage("`--" + text.substr(0, flag) + "` takes no value");
  return usage(text);
}

std::optional<Options> driver::parseCommandLine(int argc,
                                                const char *const *argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  setColor(Color::Auto);
  if (arguments.empty()) {
    print(greeting);
    return std::nullopt;
  }

  Texts texts;
  CLI::App app("Compiles attention and loss expressions and runs them.",
               "fovea");
  const std::vector<Command> commands = declare(app, texts);
  if (arguments[0] == "help") {
    // `help VERB` is `VERB --help`.
    arguments.erase(arguments.begin());
    const bool known =
        arguments.empty() ||
        std::any_of(commands.begin(), commands.end(),
                    [&](const Command &command) {
                      return command.app->get_name() == arguments[0];
                    });
    if (!known)
      throw unknownVerb(arguments[0], commands);
    arguments.push_back("--help");
  }
  // CLI11 wants them last to first.
  std::reverse(arguments.begin(), arguments.end());
  try {
    app.parse(arguments);
  } catch (const CLI::Success &success) {
    app.exit(success);
    return std::nullopt;
  } catch (const CLI::Error &error) {
    throw refused(error);
  }
  if (texts.color)
    setColor(colorOf(*texts.color));
  for (const Command &command : commands) {
    if (!command.app->parsed())
      continue;
    const std::vector<std::string> extras = command.app->remaining();
    if (!extras.empty())
      throw unexpected(*command.app, extras[0]);
    return understand(command.verb, command.app->get_name(), texts);
  }
  const std::vector<std::string> extras = app.remaining();
  if (extras.empty())
    throw usage("a verb is needed", verbList);
  throw looksLikeOption(extras[0]) ? unexpected(app, extras[0])
                                   : unknownVerb(extras[0], commands);
}
