# Tests that are text: programs (.fov), IR (.mlir) and the rest (.test). Each has RUN lines.
import os
from pathlib import Path

import lit.formats

source = Path(__file__).resolve().parent
root = source.parent

config.name = "fovea"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".fov", ".mlir", ".test"]
config.excludes = ["Inputs"]
config.test_source_root = str(source)
config.test_exec_root = config.build_dir + "/tests"

config.environment["PATH"] = os.pathsep.join([config.build_dir + "/bin", config.llvm_tools_dir, os.environ["PATH"]])
config.environment["NO_COLOR"] = "1"
config.substitutions += [
    ("%{fovea}", config.build_dir + "/bin/fovea"),
    ("%{python}", config.python),
    ("%{build}", config.build_dir),
    ("%{prefix}", config.build_dir + "/prefix"),
    ("%{root}", str(root)),
    ("%{docs}", str(root / "docs")),
    ("%{examples}", str(root / "examples")),
    ("%{std}", str(root / "frontend" / "std")),
]
