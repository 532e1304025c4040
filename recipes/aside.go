package recipes

// Files that lie beside a recipe without being part of it: how it is tested and
// what came of that. They go into no image and change no hash, so that writing
// down a result does not make it the result of another recipe.
const (
	ScenarioFile = "scenario.json"
	LevelFile    = "level.json"
)

func isAside(file string) bool { return file == ScenarioFile || file == LevelFile }

// Scenario returns how the recipe is tested, or nil; package recipetest reads it.
func (r *Recipe) Scenario() []byte { return r.files[ScenarioFile] }

// Tested returns what the last test of the recipe found, or nil; package
// recipes/level reads it.
func (r *Recipe) Tested() []byte { return r.files[LevelFile] }
